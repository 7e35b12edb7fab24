import type { Dropped } from '../core/deliver/retention.js';
import { DROPPED_BECAUSE } from '../core/deliver/retention.js';
import { dayOfReport } from '../core/report/closed-files.js';
import { withCommandLines } from './command-line.js';
import { showForeign } from './foreign-text.js';
import { grouped, minute, plural } from './format.js';
import type { Output } from './output.js';
import { droppedOutcome, type SendOutcome } from './send-outcome.js';

/** What became of the reports so far. With `--json` it only collects; otherwise each is printed as it happens. */
export interface SendLog {
  readonly outcomes: readonly SendOutcome[];
  add(outcome: SendOutcome, nextTry?: number | null): void;
  addDropped(dropped: readonly Dropped[]): void;
}

export function createSendLog(output: Output, isSilent: boolean): SendLog {
  const outcomes: SendOutcome[] = [];
  return {
    outcomes,
    add(outcome, nextTry = null) {
      outcomes.push(outcome);
      if (!isSilent) show(outcome, nextTry, output);
    },
    addDropped(dropped) {
      outcomes.push(...dropped.map(droppedOutcome));
      if (!isSilent) showDropped(dropped, output);
    },
  };
}

function show({ name, outcome, reason, remedy, stated }: SendOutcome, nextTry: number | null, output: Output): void {
  const { paint, data } = output;
  const says = reason === null ? '' : outcome === 'delivered' ? ` (${reason})` : `: ${reason}`;
  data(`${paint.bold(name)}  ${outcome}${says}${remedy === null && nextTry === null ? '' : '.'}`);
  if (stated !== null) showForeign(stated, output);
  if (remedy !== null) data(`  ${withCommandLines(remedy)}.`);
  if (nextTry !== null) data(`  A running server tries again from ${minute(nextTry)}.`);
}

/** One line for all reports of a day that one limit dropped: there can be thousands. */
function showDropped(dropped: readonly Dropped[], { paint, data }: Output): void {
  const groups = new Map<string, Dropped[]>();
  for (const one of dropped) {
    const key = `${dayOfReport(one.name)} ${one.limit}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue;
    const { name, limit } = first;
    const many = ` ${plural(others.length + 1, 'report')}`;
    const [which, count] = others.length === 0 ? [name, ''] : [dayOfReport(name), many];
    data(`${paint.bold(which)}  dropped${count}: ${DROPPED_BECAUSE[limit]}`);
  }
}

const ORDER = ['delivered', 'kept', 'rejected', 'dropped'] as const;

/** `1 delivered, 2 kept`; undefined if everything was delivered. */
export function shortfall(outcomes: readonly SendOutcome[]): string | undefined {
  if (outcomes.every(({ outcome }) => outcome === 'delivered')) return undefined;
  const counts = ORDER.map((word) => [word, outcomes.filter(({ outcome }) => outcome === word).length] as const);
  return counts.flatMap(([word, count]) => (count === 0 ? [] : `${grouped(count)} ${word}`)).join(', ');
}
