import { isObject } from '../../platform/files.js';
import type { Answer } from './post.js';

/** What is done with a report after an attempt. */
export type Verdict =
  /** It arrived. */
  | 'delivered'
  /** The destination will never accept these bytes. Keep them in sent/ for the user to see; do not send them again. */
  | 'rejected'
  /** Keep it, wait, try again. */
  | 'retry'
  /** Keep it, and tell the user that the destination does not accept the key. */
  | 'unauthorized';

const BY_STATUS: Readonly<Record<number, Verdict>> = {
  400: 'rejected',
  413: 'rejected',
  401: 'unauthorized',
  403: 'unauthorized',
};

/**
 * Decides what an answer means. A 2xx status alone proves nothing, because a captive portal answers 200 with a page;
 * the body must be PostHog's too. After a status that is not in the table (redirects, 404, 408, 429, 5xx) a report is
 * kept.
 */
export function judge({ status, body }: Answer): Verdict {
  if (status >= 200 && status < 300) return saysOk(body) ? 'delivered' : 'retry';
  return BY_STATUS[status] ?? 'retry';
}

/** PostHog answers `{"status":1}`, newer versions `{"status":"Ok"}`. */
function saysOk(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) && (value.status === 1 || value.status === 'Ok');
  } catch {
    return false;
  }
}

/** `Retry-After` in ms from now, from either of its forms (RFC 9110, 10.2.3); undefined if it cannot be used. */
export function retryAfterMs({ retryAfter }: Answer, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}
