import { messageOf, systemCode } from '../../platform/errors.js';
import { guard } from '../../platform/guard.js';
import type { Destination } from '../consent/destination.js';
import type { Gate } from '../consent/gate.js';
import type { Answer } from './answer.js';
import { judge, retryAfterMs, type Verdict } from './classify-answer.js';
import type { Failure } from './pace.js';
import { post } from './post.js';

/**
 * Why a report got no answer. In this order: the network; a folder or file of the home; an opt-out; a deadline or a
 * signal; another process that holds the report; the pace of the home; another recipient in force; the report itself.
 */
type Obstacle = 'network' | 'home' | 'off' | 'stopped' | 'held' | 'pace' | 'recipient' | 'report';

/** The outcome of one attempt. */
export interface Result {
  /** `skipped`: not sent, or aborted, because of an opt-out, a deadline, another process, or the report itself. */
  readonly verdict: Verdict | 'skipped';
  /** Absent if the destination answered. */
  readonly obstacle?: Obstacle;
  /** For example `HTTP 503` or `ECONNREFUSED`, or why the report was skipped. */
  readonly reason: string;
  /** Absent if the destination did not answer. */
  readonly answer?: Answer;
  /** Why the receipt or the copy of a delivered or rejected report could not be kept. */
  readonly unkept?: string;
}

/** @returns undefined where the report has its final answer */
export function failureOf({ verdict, reason, answer }: Result): Failure | undefined {
  if (verdict === 'delivered' || verdict === 'rejected') return undefined;
  const asked = answer === undefined ? undefined : retryAfterMs(answer);
  return { reason, isUnauthorized: verdict === 'unauthorized', retryAfterMs: asked ?? 0 };
}

export interface Terms {
  readonly gate: Gate;
  readonly destination: Destination;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** True in a server, because an attempt must not delay its exit. */
  readonly background: boolean;
  readonly lookup: 'cancellable' | 'system';
  /** Whether the destination is still the one that may receive reports: the user or the policy may decide meanwhile. */
  readonly isCurrent?: () => boolean;
}

const OFF: Result = { verdict: 'skipped', obstacle: 'off', reason: 'off' };
const ELSEWHERE: Result = { verdict: 'skipped', obstacle: 'recipient', reason: 'another recipient' };

/** While a request is under way, its sender checks this often whether the user has opted out. */
const CHECK_INTERVAL_MS = 100;

/**
 * Sends a body once, unless the user has opted out or does so meanwhile (P10). Never throws.
 *
 * @param isSame asked right after the gate: whether the situation is the one in which the report was made
 */
export async function attempt(
  body: string,
  { gate, destination, signal, background, lookup, isCurrent = () => true }: Terms,
  isSame: () => boolean = () => true,
): Promise<Result> {
  const revoked = new AbortController();
  const look = () => {
    if (!gate.check().enabled || !isSame()) revoked.abort(OFF);
    else if (!isCurrent()) revoked.abort(ELSEWHERE);
    return !revoked.signal.aborted;
  };
  const mayContinue = () => guard(look, 'consent') ?? false;
  const watch = setInterval(mayContinue, CHECK_INTERVAL_MS);
  if (background) watch.unref();
  try {
    if (!mayContinue()) return revoked.signal.reason ?? OFF;
    const answer = await post(destination.url, body, {
      signal: AbortSignal.any([signal, revoked.signal]),
      background,
      lookup,
      mayStart: mayContinue,
    });
    return { verdict: judge(answer), reason: `HTTP ${answer.status}`, answer };
  } catch (error) {
    if (revoked.signal.aborted) return revoked.signal.reason;
    if (signal.aborted) return { verdict: 'skipped', obstacle: 'stopped', reason: 'out of time' };
    return { verdict: 'retry', obstacle: 'network', reason: systemCode(error) ?? messageOf(error) };
  } finally {
    clearInterval(watch);
  }
}
