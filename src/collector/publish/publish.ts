import { type Day, mondayOf, monthOf, weeksOf } from '../../schema/calendar.js';
import { type Block, type Interval, isComplete, keyOf, restSpan, type Span, weekSpan } from '../cells/intervals.js';
import { addTally, type Entry, emptyTally, rowsOf, subtractTally, type Tally } from '../cells/tally.js';
import { type ByWeek, distinctOf, judgesOf } from './distinct.js';
import { withPooledCounts, withPooledSteps } from './small-parts.js';

/*
 * Which numbers may be shown. A number of few installs tells something of one of them, so numbers are pooled over time
 * until they are from k installs (distinct.ts). Nothing is dropped that is ever enough together: first weeks, and when
 * the month is over, all of it that no published week counted.
 *
 * A published interval never changes, and no two count the same row: late rows go into the rest of the month, and after
 * that nowhere. So two answers can be compared without learning more than both say (docs/privacy.md says what remains).
 */

/** The cells of each day. */
export type Days = ReadonlyMap<Day, readonly Entry[]>;

/**
 * The intervals that may be published now, besides those that are.
 * @param k from how many installs a number has to be, at least 2
 */
export function publish(cells: Days, published: readonly Interval[], today: Day, k: number): Interval[] {
  const days = byMonth(cells, ([day]) => day);
  const known = byMonth(published, ({ from }) => from);
  return [...days.keys()].sort().flatMap((month) => {
    const blocks = blocksOf(days.get(month) ?? []);
    return publishMonth(month, blocks, known.get(month) ?? [], today, k);
  });
}

/** A day is looked up in the calendar once, because thousands of intervals begin on the same one. */
function byMonth<T>(all: Iterable<T>, dayOf: (one: T) => Day): Map<string, T[]> {
  const months = new Map<string, T[]>();
  const days = new Map<Day, T[]>();
  for (const one of all) {
    const day = dayOf(one);
    let month = days.get(day);
    if (month === undefined) {
      const name = monthOf(day);
      month = months.get(name) ?? [];
      months.set(name, month);
      days.set(day, month);
    }
    month.push(one);
  }
  return months;
}

/** The rows of a month, by block. */
type Blocks = ReadonlyMap<string, { readonly block: Block; readonly weeks: ByWeek }>;

function blocksOf(days: readonly (readonly [Day, readonly Entry[]])[]): Blocks {
  const blocks = new Map<string, { block: Block; weeks: Map<Day, Tally> }>();
  for (const [day, entries] of days) {
    const monday = mondayOf(day);
    for (const { event, label, tally } of entries) {
      const key = keyOf({ event, label });
      const known = blocks.get(key) ?? { block: { event, label }, weeks: new Map() };
      blocks.set(key, known);
      const week = known.weeks.get(monday) ?? emptyTally(event);
      addTally(week, tally);
      known.weeks.set(monday, week);
    }
  }
  return blocks;
}

function publishMonth(month: string, blocks: Blocks, old: readonly Interval[], today: Day, k: number): Interval[] {
  const known = new Map(old.map((one) => [placeOf(one, one), one]));
  const added: Interval[] = [];
  const add = (span: Span, wanted: (block: Block, weeks: ByWeek) => ByWeek) => {
    if (!isComplete(span, today)) return;
    const isOpen = (block: Block) => !known.has(placeOf(block, span)) && !known.has(placeOf(block, rest));
    const open = [...blocks.values()].filter(({ block }) => isOpen(block));
    const own = open.map(({ block, weeks }) => ({ block, weeks: wanted(block, weeks) }));
    const isTaken = (label: string) => known.has(placeOf({ event: 'workflow_step', label }, span));
    for (const one of show(span, candidatesOf(own, blocks, k), k, isTaken)) {
      known.set(placeOf(one, span), one);
      added.push(one);
    }
  };
  const rest = restSpan(month);
  for (const monday of weeksOf(month)) add(weekSpan(monday), (_, weeks) => only(weeks, monday));
  add(rest, (block, weeks) => leftOver(block, weeks, known));
  return added;
}

function placeOf(block: Block, { interval }: Pick<Span, 'interval'>): string {
  return `${keyOf(block)} ${interval}`;
}

function only(weeks: ByWeek, monday: Day): ByWeek {
  const tally = weeks.get(monday);
  return new Map(tally === undefined ? [] : [[monday, tally]]);
}

/** What no published week counted. A block without marks is judged by whole weeks, so its late rows are left out. */
function leftOver(block: Block, weeks: ByWeek, known: ReadonlyMap<string, Interval>): ByWeek {
  const left = new Map<Day, Tally>();
  for (const [monday, tally] of weeks) {
    const week = known.get(placeOf(block, weekSpan(monday)));
    if (week !== undefined && judgesOf(block).length > 0) continue;
    const rest = tally.slice();
    if (week !== undefined) subtractTally(rest, week.counted);
    if (rowsOf(rest) > 0) left.set(monday, rest);
  }
  return left;
}

/** Rows of a block that are from enough installs. */
interface Candidate {
  readonly block: Block;
  readonly installs: number;
  readonly tally: Tally;
}

function candidatesOf(
  own: readonly { readonly block: Block; readonly weeks: ByWeek }[],
  blocks: Blocks,
  k: number,
): Candidate[] {
  const all = new Map([...blocks].map(([key, { weeks }]) => [key, weeks]));
  return own.flatMap(({ block, weeks }) => {
    const installs = weeks.size === 0 ? 0 : distinctOf(block, weeks, all);
    if (installs < k) return [];
    const tally = emptyTally(block.event);
    for (const week of weeks.values()) addTally(tally, week);
    return [{ block, installs, tally }];
  });
}

function show(
  span: Span,
  candidates: readonly Candidate[],
  k: number,
  isTaken: (label: string) => boolean,
): Interval[] {
  const event = 'workflow_step';
  const steps = candidates.filter(({ block }) => block.event === event);
  const { shown: pooled, leftOut } = withPooledSteps(
    steps.map(({ block: { label }, tally }) => ({ label, tally })),
    k,
    isTaken,
  );
  const intervals = candidates.flatMap(({ block, installs, tally }): Interval[] => {
    if (block.event === event && leftOut.has(block.label)) return [];
    const shown = block.event === event ? (pooled.get(block.label) ?? null) : withPooledCounts(block, tally, k);
    return [{ ...block, ...span, installs: judgesOf(block).length === 0 ? installs : null, counted: tally, shown }];
  });
  // A step from `other` that others joined, and that had no rows of its own.
  const labels = new Set(intervals.map(({ label, event: of }) => (of === event ? label : '')));
  const joined = [...pooled].filter(([label]) => !labels.has(label));
  return [
    ...intervals,
    ...joined.map(
      ([label, shown]) => ({ event, label, ...span, installs: null, counted: emptyTally(event), shown }) as const,
    ),
  ];
}
