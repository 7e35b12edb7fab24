import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '../../platform/loopback.js';

/** Decides which requests may be answered. */
export interface Readers {
  /** Whether the request uses a name of this collector. A page of another site may have pointed its name here. */
  isKnownHost(host: string | undefined): boolean;
  /** Whether the sender may read the counts. */
  mayRead(authorization: string | undefined): boolean;
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * @param host the address on which the collector listens. On loopback everybody on the machine may read, under a name
 *   of the machine only. On other addresses a reader needs the token, which no other site has.
 */
export function createReaders(host: string, token: string | undefined, names: readonly string[]): Readers {
  const known = new Set([...LOOPBACK_NAMES, host.includes(':') ? `[${host}]` : host, ...names]);
  return {
    isKnownHost: (header) => !isLoopback(host) || known.has((header ?? '').toLowerCase().replace(/:\d+$/, '')),
    mayRead: (authorization) => token === undefined || isToken(authorization, token),
  };
}

/** Programs send a bearer token. Browsers send the token as the password of any user, and remember it. */
function isToken(authorization: string | undefined, token: string): boolean {
  const [scheme = '', credentials = ''] = (authorization ?? '').split(' ');
  if (scheme.toLowerCase() === 'bearer') return isSame(credentials, token);
  if (scheme.toLowerCase() !== 'basic') return false;
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  return isSame(text.slice(text.indexOf(':') + 1), token);
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
