import type { Gate } from '../consent/gate.js';
import { claim, describe, readReport, reclaimAbandoned, release, type Stored, settle } from '../outbox/outbox.js';
import { tidy } from '../outbox/retention.js';
import type { Clock } from '../platform/clock.js';
import { debug } from '../platform/debug.js';
import { causeOf, systemCode } from '../platform/errors.js';
import { writeAtomically } from '../platform/files.js';
import type { Home } from '../platform/home.js';
import { withKey } from '../report/encode.js';
import { listReports, reportPath } from '../report/names.js';
import { openEnvelope } from '../schema/envelope.js';
import type { Vocabulary } from '../schema/vocabulary.js';
import { judge, retryAfterMs, type Verdict } from './answers.js';
import type { Destination } from './destination.js';
import { endPause, type Failure, pause, readPause } from './pause.js';
import { type Answer, post } from './post.js';

export interface Delivery {
  readonly home: Home;
  readonly gate: Gate;
  readonly destination: Destination;
  readonly vocabulary: Vocabulary;
  readonly clock: Clock;
  /** Ends the pass. */
  readonly signal: AbortSignal;
  /** True in a server, whose exit must not be held up. */
  readonly background: boolean;
  /** True where a person asked for it now: a back-off is not waited for, a Retry-After is. */
  readonly now?: boolean;
  /** Called after each report. */
  readonly onReport?: (report: Stored, result: Result) => void;
}

/** What happened to one report. */
export interface Result {
  readonly verdict: Verdict | 'skipped';
  /** `HTTP 503`, `ECONNREFUSED`, or why it was skipped. */
  readonly reason: string;
}

/** While a request is under way its sender looks this often whether the user has said no, ms. */
const LOOK_EVERY = 100;

/**
 * One pass over the outbox, oldest day first. Stops at the first report that has to wait, since the next would too.
 * Never throws for anything a destination does.
 */
export async function deliver(delivery: Delivery): Promise<void> {
  const { home, gate, destination, clock } = delivery;
  if (!gate.check().enabled) return;
  reclaimAbandoned(home);
  tidy(home, clock());
  const waiting = readPause(home, destination, clock());
  if (waiting !== undefined && !(delivery.now && !waiting.asked)) return;
  for (const name of listReports(home.outbox)) {
    if (delivery.signal.aborted || !gate.check().enabled) return;
    if (!claim(home, name)) continue;
    const { verdict } = await sendClaimed(delivery, name);
    if (verdict === 'retry' || verdict === 'unauthorised') return;
  }
}

async function sendClaimed(delivery: Delivery, name: string): Promise<Result> {
  const { home, destination } = delivery;
  let result: Result = { verdict: 'skipped', reason: 'it is gone' };
  try {
    const report = prepare(delivery, name);
    if (report === undefined) return result;
    const { answer, ...sent } = await send(delivery, report);
    result = sent;
    finish(delivery, report, result, answer);
    delivery.onReport?.(report, result);
  } catch (error) {
    result = { verdict: 'skipped', reason: causeOf(error) };
  } finally {
    release(home, name); // what has no final answer goes back; what is settled is no longer here
    debug('send %s to %s: %s (%s)', name, destination.host, result.verdict, result.reason);
  }
  return result;
}

/** The claimed report as it will be sent; undefined where its bytes are gone or not of the closed world. */
function prepare({ home, destination, vocabulary }: Delivery, name: string): Stored | undefined {
  const stored = readReport(home.sending, name);
  if (stored === undefined) return undefined;
  const opened = openEnvelope(stored.body, vocabulary);
  if ('problem' in opened) throw new Error(`it is not a report of this vocabulary: ${opened.problem}`);
  const body = withKey(stored.body, destination.key);
  if (body === stored.body) return stored;
  writeAtomically(reportPath(home.sending, name), body); // what is kept is what is sent
  return describe(name, body);
}

async function send(delivery: Delivery, { body }: Stored): Promise<Result & { answer?: Answer }> {
  const { gate, destination, signal, background } = delivery;
  const revoked = new AbortController();
  const look = setInterval(() => gate.check().enabled || revoked.abort(), LOOK_EVERY);
  if (background) look.unref();
  try {
    // P10. `disable` writes its no before it looks into sending/. Our claim is there by now: either this question
    // sees the no, or `disable` sees the claim and waits until it is given up.
    if (!gate.check().enabled) return { verdict: 'skipped', reason: 'off' };
    const answer = await post(destination.url, body, { signal: AbortSignal.any([signal, revoked.signal]), background });
    return { verdict: judge(answer), reason: `HTTP ${answer.status}`, answer };
  } catch (error) {
    if (signal.aborted || revoked.signal.aborted)
      return { verdict: 'skipped', reason: revoked.signal.aborted ? 'off' : 'out of time' };
    return { verdict: 'retry', reason: systemCode(error) ?? causeOf(error) };
  } finally {
    clearInterval(look);
  }
}

function finish(
  { home, destination, clock }: Delivery,
  report: Stored,
  result: Result,
  answer: Answer | undefined,
): void {
  const now = clock();
  const { verdict, reason } = result;
  if (verdict === 'delivered' || verdict === 'rejected') {
    const { day, bytes, sha256 } = report;
    const at = new Date(now).toISOString();
    settle(home, report.name, {
      day,
      outcome: verdict,
      at,
      url: destination.url,
      status: answer?.status ?? 0,
      bytes,
      sha256,
    });
    endPause(home);
  } else if (verdict !== 'skipped') {
    const failure: Failure = {
      reason,
      unauthorised: verdict === 'unauthorised',
      retryAfterMs: answer === undefined ? undefined : retryAfterMs(answer, now),
    };
    pause(home, destination, failure, now);
  }
}
