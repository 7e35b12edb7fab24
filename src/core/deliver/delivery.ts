import type { Clock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import type { Home } from '../../platform/home.js';
import { writeAtomically } from '../../platform/temporary-files.js';
import { openEnvelope } from '../../schema/envelope.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import { withKey } from '../report/body.js';
import type { ReportName } from '../report/closed-files.js';
import { attempt, type Result, type Terms } from './attempt.js';
import { type Claim, liveClaims } from './claims.js';
import { finish } from './finish.js';
import { claim, describe, readReport, release, type Stored } from './outbox.js';
import { INTERVAL_MS, isDue, type NextAttempt, noteBegin, type Obeys, readPause } from './pace.js';
import { prepareOutbox } from './prepare.js';
import { listReports, listUnsent, reportPath } from './report-files.js';
import type { Dropped } from './retention.js';

export interface Delivery extends Terms {
  readonly home: Home;
  readonly vocabulary: Vocabulary;
  readonly clock: Clock;
  /** By default the pace. Otherwise everything is sent, even if it is not due yet. */
  readonly obeys?: Obeys;
  /** The unit of the pace; an hour unless a test needs a shorter one. */
  readonly intervalMs?: number;
  /** Called with what is dropped before anything is sent. */
  readonly onDropped?: (dropped: readonly Dropped[]) => void;
  /** Called after each report. */
  readonly onReport?: (name: ReportName, result: Result) => void;
}

/**
 * Makes one pass over the outbox, oldest day first. At the pace of a server, a pass is one attempt, and the next report
 * waits for the next pass. Otherwise the pass stops at the first report that has to wait, because the others would too.
 * A person who sends now is also told of the reports that another process holds.
 * @returns why nothing was sent, if the home has to wait
 * @throws a system error if the folders cannot be written; nothing that a destination does makes it throw
 */
export async function deliver(delivery: Delivery): Promise<NextAttempt | undefined> {
  const { home, gate, destination, clock, signal } = delivery;
  if (!gate.check().enabled) return undefined;
  const now = clock();
  const { intervalMs = INTERVAL_MS, obeys = 'pace' } = delivery;
  const dropped = prepareOutbox(home, gate, now, intervalMs);
  delivery.onDropped?.(dropped);
  const waiting = readPause(home, destination, now, obeys);
  if (waiting !== undefined) return waiting;
  for (const name of obeys === 'retry-after' ? listUnsent(home) : listReports(home.outbox)) {
    if (signal.aborted || !gate.check().enabled) break;
    if (obeys === 'pace' && !isDue(reportPath(home.outbox, name), now, intervalMs)) continue;
    const mine = tryClaim(home, name);
    if ('verdict' in mine) {
      delivery.onReport?.(name, mine);
      continue;
    }
    const result = await sendClaimed(delivery, mine);
    debug('send %s to %s: %s (%s)', name, destination.host, result.verdict, result.reason);
    delivery.onReport?.(name, result);
    if (result.verdict === 'retry' || result.verdict === 'unauthorized') break;
    if (obeys === 'pace' && result.verdict !== 'skipped') break;
  }
  return undefined;
}

/** A report that cannot be claimed (it belongs to root after one `sudo`) does not hold up the others. */
function tryClaim(home: Home, name: ReportName): Claim | Result {
  try {
    return claim(home, name) ?? { verdict: 'skipped', obstacle: 'held', reason: 'another process has it' };
  } catch (error) {
    debug('claim %s: %s', name, causeOf(error));
    return { verdict: 'skipped', obstacle: 'home', reason: causeOf(error) };
  }
}

/**
 * P10: the claim is published before the gate is asked again (in `attempt`). `disable` writes its opt-out before it
 * looks into sending/. So either the gate sees the opt-out, or `disable` sees the claim. It then waits until the claim
 * is given up, or reports that it was not.
 */
async function sendClaimed(delivery: Delivery, mine: Claim): Promise<Result> {
  const { home } = delivery;
  const { name } = mine;
  try {
    const report = prepare(delivery, name);
    if (typeof report === 'string') return { verdict: 'skipped', obstacle: 'report', reason: report };
    if (!takeTurn(delivery, name)) return { verdict: 'skipped', obstacle: 'pace', reason: 'not its turn' };
    return finish(delivery, report, await attempt(report.body, delivery));
  } catch (error) {
    // A full disk: the next report would fail too.
    return { verdict: 'retry', obstacle: 'home', reason: causeOf(error) };
  } finally {
    release(home, mine); // a report without a final answer goes back; a settled one is no longer here
  }
}

/**
 * At the pace of a server, one report of the home is sent at a time. The claim is there before the others are looked
 * at, and the wait before the claim is released. So of two servers, one sees the claim or the wait of the other.
 */
function takeTurn(delivery: Delivery, name: ReportName): boolean {
  const { home, destination, clock, intervalMs = INTERVAL_MS, obeys = 'pace' } = delivery;
  const now = clock();
  const isOtherSending = () => liveClaims(home).some((other) => other.name !== name);
  if (obeys === 'pace' && (isOtherSending() || readPause(home, destination, now) !== undefined)) return false;
  noteBegin(home, destination, now, intervalMs);
  return true;
}

/** The claimed report as it will be sent, or why it cannot be: its bytes are gone, or contain unknown names. */
function prepare({ home, gate, destination, vocabulary }: Delivery, name: string): Stored | string {
  const stored = readReport(home.sending, name);
  if (stored === undefined) return 'it cannot be read';
  // A field of a later schema stays, if the user accepts an earlier one now.
  const opened = openEnvelope(stored.body, vocabulary, gate.check().acceptedSchema ?? 0);
  if ('problem' in opened) return `it is not a report of this vocabulary, ${opened.problem}`;
  const body = withKey(stored.body, destination.key);
  if (body === stored.body) return stored;
  writeAtomically(reportPath(home.sending, name), body); // so that the copy in sent/ has the bytes that are sent
  return describe(name, body);
}
