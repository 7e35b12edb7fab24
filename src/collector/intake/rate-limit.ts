import type { Server, Socket } from 'node:net';

/** Limits each sender. Kept in memory only: nothing about a sender is ever written. */
export interface RateLimit {
  /** Takes one, or `amount`, from the sender's allowance. False if nothing is left. */
  take(sender: string, amount?: number): boolean;
}

const MAX_SENDERS = 10_000;

/** Allows each sender this many a minute, and as many at once; 0 means no limit. */
export function createRateLimit(perMinute: number, clock: () => number): RateLimit {
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

/** The first 64 bits, without abbreviation. */
function network(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}

const MAX_CONNECTIONS = 4_000;

/** Ends connections beyond `perSender` at once, so that the idle ones of one sender do not keep others out. */
export function limitConnections(server: Server, perSender: number): void {
  const open = new Map<string, number>();
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket: Socket) => {
    const sender = senderOf(socket.remoteAddress);
    const count = (open.get(sender) ?? 0) + 1;
    open.set(sender, count);
    socket.on('close', () => {
      const left = (open.get(sender) ?? 1) - 1;
      if (left === 0) open.delete(sender);
      else open.set(sender, left);
    });
    if (perSender > 0 && count > perSender) socket.destroy();
  });
}
