import { isObject } from '../platform/files.js';
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
  | 'unauthorised';

/** By status; the first rule whose range holds the status applies. */
const RULES: readonly { readonly from: number; readonly to: number; readonly verdict: Verdict }[] = [
  { from: 400, to: 400, verdict: 'rejected' },
  { from: 413, to: 413, verdict: 'rejected' },
  { from: 401, to: 401, verdict: 'unauthorised' },
  { from: 403, to: 403, verdict: 'unauthorised' },
];

/**
 * 2xx alone proves nothing: a captive portal answers 200 with a page. Delivered means that PostHog's own word came
 * with it. Everything without a rule (redirects, 404, 408, 429, 5xx) is kept and tried again.
 */
export function judge(answer: Answer): Verdict {
  if (answer.status >= 200 && answer.status < 300) return saysOk(answer.body) ? 'delivered' : 'retry';
  return RULES.find(({ from, to }) => answer.status >= from && answer.status <= to)?.verdict ?? 'retry';
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

const MOST_RETRY_AFTER_MS = 24 * 3_600_000;

/** `Retry-After` in ms from now, from either of its forms (RFC 9110, 10.2.3); undefined where it says nothing usable. */
export function retryAfterMs({ retryAfter }: Answer, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isFinite(wait) && wait >= 0 ? Math.min(wait, MOST_RETRY_AFTER_MS) : undefined;
}
