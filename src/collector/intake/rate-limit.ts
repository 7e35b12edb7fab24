import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../platform/clock.js';

/** Limits each sender. Kept in memory only: nothing about a sender is ever written. */
export interface RateLimit {
  /** Takes one, or `amount`, from the sender's allowance. False if nothing is left. */
  take(sender: string, amount?: number): boolean;
}

const MAX_SENDERS = 10_000;

/**
 * Allows each sender this many a minute, and as many at once; 0 means no limit.
 *
 * @param clock a monotonic one: if it were set back, every known sender would be refused until it is there again
 */
export function createRateLimit(perMinute: number, clock: Clock): RateLimit {
  const senders = new Map<string, { left: number; at: number }>();
  return {
    take(sender, amount = 1) {
      if (perMinute === 0) return true;
      const now = clock();
      const known = senders.get(sender) ?? { left: perMinute, at: now };
      const left = Math.min(perMinute, known.left + ((now - known.at) / 60_000) * perMinute);
      senders.delete(sender); // keeps the map in the order of the last request
      senders.set(sender, { left: left < 1 ? left : Math.max(0, left - amount), at: now });
      if (senders.size > MAX_SENDERS) senders.delete(senders.keys().next().value as string);
      return left >= 1;
    },
  };
}

/** The address, or of an IPv6 address its network, in which one sender may have any number of addresses. */
export function senderOf(address: string | undefined): string {
  if (address === undefined) return '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return address.includes(':') ? network(address) : address;
}

/** Of a request. A proxy that is trusted adds the address of its client to the end of the header. */
export function senderOfRequest({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  if (!trustProxy) return senderOf(socket.remoteAddress);
  const forwarded = [headers['x-forwarded-for'] ?? []].flat().join();
  return senderOf(forwarded.split(',').at(-1)?.trim() || socket.remoteAddress);
}

/** The first 64 bits, without abbreviation. */
function network(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
