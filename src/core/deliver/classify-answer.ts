import { isObject } from '../../platform/files.js';
import type { Answer } from './post.js';

/** What is done with a report after an attempt. */
export type Verdict =
  /** It arrived. */
  | 'delivered'
  /** These bytes will never be taken: keep them in sent/ for the user to see, and don't send them again. */
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
 * 2xx alone proves nothing: a captive portal answers 200 with a page. Delivered means that PostHog's own word came
 * with it. Everything that is not in the table (redirects, 404, 408, 429, 5xx) is kept and tried again.
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

/** `Retry-After` in ms from now, from either of its forms (RFC 9110, 10.2.3); undefined where it says nothing usable. */
export function retryAfterMs({ retryAfter }: Answer, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}
