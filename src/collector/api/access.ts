import { createHash, timingSafeEqual } from 'node:crypto';
import { isLoopback } from '../../platform/loopback.js';

/** Who may read. */
export interface Readers {
  /** Whether the request may be answered at all: a page of another site that had its name point here may not. */
  isKnownHost(host: string | undefined): boolean;
  /** Whether what is collected may be seen. */
  mayRead(authorization: string | undefined): boolean;
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * @param host the address that is listened on. On loopback whoever is on the machine may read, under a name of the
 *   machine only; elsewhere the token is asked for, which no other site has.
 */
export function createReaders(host: string, token: string | undefined, names: readonly string[]): Readers {
  const known = new Set([...LOOPBACK_NAMES, host.includes(':') ? `[${host}]` : host, ...names]);
  return {
    isKnownHost: (header) => !isLoopback(host) || known.has((header ?? '').toLowerCase().replace(/:\d+$/, '')),
    mayRead: (authorization) => token === undefined || isToken(authorization, token),
  };
}

/** As a bearer token for programs; as the password of any user for browsers, which then remember it. */
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
