import type { BrokenRule, Refusal } from '../../schema/report.js';

/** Counts accepted reports, and refused ones by rule, since the start. Keeps nothing about a sender or a value. */
export interface Refusals {
  add(refusal: Refusal): void;
  /** A report was taken. */
  accept(): void;
  accepted(): number;
  /** The reports that were taken, and those that were refused by each rule. */
  counts(): Readonly<Record<BrokenRule, number>>;
}

/** How often the log mentions one rule, ms. */
const LOG_INTERVAL_MS = 60_000;

/** @param log is told of the first refusal by a rule, and then at most once a minute */
export function createRefusals(clock: () => number, log: (line: string) => void): Refusals {
  const counts: Record<BrokenRule, number> = { malformed: 0, 'unknown name': 0, 'unknown field': 0, day: 0 };
  let accepted = 0;
  const told = new Map<BrokenRule, number>();
  return {
    add({ rule, problem }) {
      counts[rule] += 1;
      if (clock() - (told.get(rule) ?? Number.NEGATIVE_INFINITY) < LOG_INTERVAL_MS) return;
      told.set(rule, clock());
      const what = counts[rule] === 1 ? 'report' : 'reports';
      log(`Refused so far: ${counts[rule]} ${what} (${rule}). The last one: ${problem}. ${KEPT[rule]}`);
    },
    accept() {
      accepted += 1;
    },
    accepted: () => accepted,
    counts: () => ({ ...counts }),
  };
}

const LATER = 'Senders keep such a report and try again.';
const KEPT: Readonly<Record<BrokenRule, string>> = {
  malformed: 'It is not sent again.',
  'unknown name': `Start the collector with the vocabulary of the server (--vocabulary). ${LATER}`,
  'unknown field': `A later version of this collector may know it. ${LATER}`,
  day: `Compare the clocks. ${LATER}`,
};
