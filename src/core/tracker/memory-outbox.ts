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

/**
 * @param clears what the outbox said before the bodies were made. If it says another number now, the user has opted out
 *   meanwhile, and they are dropped (P10)
 */
export function addBodies(
  outbox: MemoryOutbox,
  bodies: readonly string[],
  clears: number,
  { now, intervalMs }: Omit<MemoryPace, 'obeys'>,
): void {
  if (clears !== outbox.clears) return;
  const added = bodies.map((body) => ({ body, due: dueTime(now, intervalMs) }));
  outbox.reports = [...outbox.reports, ...added].slice(-MAX_DAYS_IN_MEMORY);
}

/** One pass: at the pace of a server one attempt, otherwise up to the first that has to wait. */
export async function sendFromMemory(outbox: MemoryOutbox, terms: Terms, pace: MemoryPace): Promise<void> {
  const { destination } = terms;
  const { now, intervalMs, obeys } = pace;
  if (pauseOf(outbox.last, destination, now, obeys) !== undefined) return;
  const due = outbox.reports.filter((report) => obeys !== 'pace' || hasCome(report.due, now, intervalMs));
  for (const { body } of obeys === 'pace' ? due.slice(0, 1) : due) {
    outbox.last = begun(outbox.last, destination, now, intervalMs);
    const result = await attempt(withKey(body, destination.key), terms);
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
