import { causeOf, systemCode } from '../../platform/errors.js';
import type { Destination } from '../consent/destination.js';
import type { Gate } from '../consent/gate.js';
import { judge, type Verdict } from './classify-answer.js';
import { type Answer, post } from './post.js';

/** What one attempt came to. */
export interface Result {
  /** `skipped`: not sent, or given up half-way, because of the user's no, the end of time, or the report itself. */
  readonly verdict: Verdict | 'skipped';
  /** `HTTP 503`, `ECONNREFUSED`, or why it was skipped. */
  readonly reason: string;
  /** Absent where there was none. */
  readonly answer?: Answer;
}

export interface Terms {
  readonly gate: Gate;
  readonly destination: Destination;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** True in a server, whose exit must not be held up. */
  readonly background: boolean;
  readonly lookup: 'cancellable' | 'system';
}

/** While a request is under way its sender looks this often whether the user has said no. */
const CHECK_INTERVAL_MS = 100;

/** Sends a body once, unless the user says no before or meanwhile (P10). Never throws. */
export async function attempt(body: string, { gate, destination, signal, background, lookup }: Terms): Promise<Result> {
  const revoked = new AbortController();
  const mayGoOn = () => {
    if (!gate.check().enabled) revoked.abort();
    return !revoked.signal.aborted;
  };
  const look = setInterval(mayGoOn, CHECK_INTERVAL_MS);
  if (background) look.unref();
  try {
    if (!mayGoOn()) return { verdict: 'skipped', reason: 'off' };
    const answer = await post(destination.url, body, {
      signal: AbortSignal.any([signal, revoked.signal]),
      background,
      lookup,
      mayStart: mayGoOn,
    });
    return { verdict: judge(answer), reason: `HTTP ${answer.status}`, answer };
  } catch (error) {
    if (revoked.signal.aborted) return { verdict: 'skipped', reason: 'off' };
    if (signal.aborted) return { verdict: 'skipped', reason: 'out of time' };
    return { verdict: 'retry', reason: systemCode(error) ?? causeOf(error) };
  } finally {
    clearInterval(look);
  }
}
