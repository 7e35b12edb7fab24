import { debug } from '../../platform/debug.js';
import { MAX_DAYS_IN_MEMORY } from '../../schema/limits.js';
import { attempt, failureOf, type Terms } from '../deliver/attempt.js';
import { begun, dueTime, ended, hasCome, type NextAttempt, type Obeys, pauseOf } from '../deliver/pace.js';
import { withKey } from '../report/body.js';

interface MemoryReport {
  /** The request body. */
  readonly body: string;
  /** Ms since the epoch. */
  readonly due: number;
  /** `changes()` of the gate when the consent to these counts was last certain. */
  readonly changes: number;
}

/** The state before a report was made. */
export interface Before {
  /** `clears` of the outbox. If it differs now, the user has opted out meanwhile. */
  readonly clears: number;
  /** `changes()` of the gate when the tracker last noticed a change. */
  readonly changes: number;
}

/**
 * Reports of a process whose folder cannot be written. They keep their ids on every attempt, so that a repeated one is
 * recognized. Their pace is the one of a home (deliver/pace.ts).
 */
export interface MemoryOutbox {
  /** Oldest first. */
  reports: readonly MemoryReport[];
  last: NextAttempt | undefined;
  /** How often it was emptied because of an opt-out. */
  clears: number;
}

/** When to send from memory. */
export interface MemoryPace {
  readonly now: number;
  readonly intervalMs: number;
  readonly obeys: Obeys;
}

export function createMemoryOutbox(): MemoryOutbox {
  return { reports: [], last: undefined, clears: 0 };
}

/** Bodies that were made during an opt-out are dropped (P10). */
export function addBodies(
  outbox: MemoryOutbox,
  bodies: readonly string[],
  { clears, changes }: Before,
  { now, intervalMs }: Omit<MemoryPace, 'obeys'>,
): void {
  if (clears !== outbox.clears) return;
  const added = bodies.map((body) => ({ body, due: dueTime(now, intervalMs), changes }));
  outbox.reports = [...outbox.reports, ...added].slice(-MAX_DAYS_IN_MEMORY);
}

/**
 * Makes one pass: one attempt at the pace of a server, otherwise up to the first report that has to wait.
 *
 * P10: `disable` cannot see these reports, so it neither deletes them nor waits for their sender. A report leaves only
 * while config.json is unchanged since its counts were made: after a change, the user may have opted out and in again.
 */
export async function sendFromMemory(outbox: MemoryOutbox, terms: Terms, pace: MemoryPace): Promise<void> {
  const { destination, gate } = terms;
  const { now, intervalMs, obeys } = pace;
  if (pauseOf(outbox.last, destination, now, obeys) !== undefined) return;
  const due = outbox.reports.filter((report) => obeys !== 'pace' || hasCome(report.due, now, intervalMs));
  for (const { body, changes } of obeys === 'pace' ? due.slice(0, 1) : due) {
    outbox.last = begun(outbox.last, destination, now, intervalMs);
    const result = await attempt(withKey(body, destination.key), terms, () => gate.changes() === changes);
    debug('send from memory: %s (%s)', result.verdict, result.reason);
    if (result.verdict === 'skipped') return;
    const failure = failureOf(result);
    outbox.last = ended(outbox.last, destination, failure, now, intervalMs);
    if (failure !== undefined) return;
    outbox.reports = outbox.reports.filter((one) => one.body !== body);
  }
}

export function clearMemory(outbox: MemoryOutbox): void {
  outbox.reports = [];
  outbox.clears += 1;
}
