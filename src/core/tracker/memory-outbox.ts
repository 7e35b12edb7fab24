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
  /** What the gate had said of changes of config.json when the counts were known to be the user's will. */
  readonly changes: number;
}

/** How things stood before a report was made. */
export interface Before {
  /** What the outbox said. If it says another number now, the user has opted out meanwhile. */
  readonly clears: number;
  /** What the gate said of changes of config.json when the tracker last noticed any. */
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
 * One pass: at the pace of a server one attempt, otherwise up to the first that has to wait.
 *
 * P10: no `disable` can see what is here, so it deletes nothing and waits for nobody. A report leaves only while
 * config.json is as it was when its counts were made: after a change the user may have opted out and in again.
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
