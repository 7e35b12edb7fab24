import { isObject } from '../../platform/files.js';
import type { Answer } from './answer.js';

/** What is done with a report after an attempt. */
export type Verdict =
  /** It arrived. */
  | 'delivered'
  /** The destination will never accept these bytes. Keep them in sent/ for the user to see; do not send them again. */
  | 'rejected'
  /** Keep it, wait, try again. */
  | 'retry'
  /**
   * Keep it, pause, and tell the user. 401 is about the key. 403 comes from a proxy or a gateway, never from PostHog.
   */
  | 'unauthorized';

const BY_STATUS: Readonly<Record<number, Verdict>> = {
  400: 'rejected',
  413: 'rejected',
  401: 'unauthorized',
  403: 'unauthorized',
};

/**
 * Decides what an answer means. A 2xx status alone proves nothing, because a captive portal answers 200 with a page;
 * the body must be PostHog's too. After a status that is not in the table (redirects, 404, 408, 422, 429, 5xx) a report
 * is kept.
 */
export function judge({ status, body, contentType }: Answer): Verdict {
  if (status >= 200 && status < 300) return saysOk(body) ? 'delivered' : 'retry';
  const verdict = BY_STATUS[status] ?? 'retry';
  // PostHog's refusals are plain text (github.com/PostHog/posthog, rust/capture/src/api.rs). A page comes from a proxy
  // on the way, which may let the next attempt through.
  return verdict === 'rejected' && isPage(body, contentType) ? 'retry' : verdict;
}

function isPage(body: string, contentType = ''): boolean {
  return body.trimStart().startsWith('<') || /^text\/html\b/i.test(contentType);
}

/** PostHog answers `{"status":1}`, newer versions `{"status":"Ok"}`. */
function saysOk(body: string): boolean {
  const value = parse(body);
  return (value.status === 1 || value.status === 'Ok') && !isLimited(value);
}

/**
 * Whether the answer says that the quota is used up. PostHog says so only about recordings. It drops events over quota
 * with the answer of a success, which cannot be noticed (github.com/PostHog/posthog, rust/capture: `BillingLimit`).
 */
export function isOverQuota({ status, body }: Answer): boolean {
  return status >= 200 && status < 300 && isLimited(parse(body));
}

/** Every value except undefined, null and an empty list is a limit. */
function isLimited({ quota_limited: limited }: Record<string, unknown>): boolean {
  return limited !== undefined && limited !== null && !(Array.isArray(limited) && limited.length === 0);
}

/** The body as an object; an empty one if the body is not a JSON object. */
function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/**
 * `Retry-After` in ms (RFC 9110, 10.2.3), if it is a number of seconds. If a date counted, the time of the next attempt
 * would reveal how wrong this machine's clock is, and, for a date without a zone, its time zone (P4).
 */
export function retryAfterMs({ retryAfter }: Answer): number | undefined {
  return retryAfter !== undefined && /^\d{1,15}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
}
