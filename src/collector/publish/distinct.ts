import type { Day } from '../../schema/calendar.js';
import { START } from '../../schema/vocabulary.js';
import { type Block, keyOf } from '../cells/intervals.js';
import { cellOf, type Tally } from '../cells/tally.js';

/*
 * D: from how many distinct installs rows are, at least. Rows have no identifier, but each install marks its first row
 * of a week and of a month. Within one week, each install has at most one row with the first mark; within one month, at
 * most one with the second. So the marks of one week, and those of one month, are each from distinct installs. Marks of
 * several weeks are not: they may all be of the same install, and a sum would count it several times. The largest of
 * these numbers never exceeds the number of distinct installs, unless a home lost its state or a sender forged marks.
 */

/** The rows of a block in weeks of one month. A week is named by its Monday. */
export type ByWeek = ReadonlyMap<Day, Tally>;

function distinct(event: Block['event'], weeks: readonly Tally[]): number {
  const inWeek = weeks.map((tally) => cellOf(event, tally, 'first_this_week').sum);
  const inMonth = weeks.map((tally) => cellOf(event, tally, 'first_this_month').sum);
  return Math.max(0, ...inWeek, sum(inMonth));
}

/**
 * Rows without marks are judged by other blocks over the same weeks; a step by both ends, so that nothing is shown of a
 * tool that is not. Empty for a block whose rows have marks.
 */
export function judgesOf({ event, label }: Block): readonly Block[] {
  if (event === 'session_usage' || event === 'tool_latency') return [ACTIVE];
  if (event !== 'workflow_step') return [];
  const [from = '', to = ''] = label.split('>');
  return [from === START ? ACTIVE : tool(from), tool(to)];
}

const ACTIVE: Block = { event: 'active_install', label: '' };
const tool = (label: string): Block => ({ event: 'tool_usage', label });

/**
 * D of rows of a block.
 * @param own these rows, by week
 * @param all the rows of every block of the month
 */
export function distinctOf(block: Block, own: ByWeek, all: ReadonlyMap<string, ByWeek>): number {
  const judges = judgesOf(block);
  if (judges.length === 0) return distinct(block.event, [...own.values()]);
  return Math.min(
    ...judges.map((judge) => {
      const weeks = [...own.keys()].flatMap((monday) => all.get(keyOf(judge))?.get(monday) ?? []);
      return distinct(judge.event, weeks);
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
