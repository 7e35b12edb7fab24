import { addDays, daysBetween, mondayOf, monthOf } from '../../schema/calendar.js';
import { isComplete, restSpan, weekSpan } from '../cells/intervals.js';
import type { Row } from './data.js';
import { fullDay, monthName } from './format.js';
import type { Begun, Days } from './period.js';

/** A step of the axis of time. */
export interface Bucket extends Days {
  readonly label: string;
  /** All reports of it have arrived. */
  readonly isOver: boolean;
}

const MAX_DAYS_BY_DAY = 35;
const MAX_DAYS_BY_WEEK = 7 * 30;

/** The period, and what is newer: it is drawn, marked where it is not over, and in no sum. */
export function bucketsOf(period: Days, about: Begun): Bucket[] {
  const { pooled, lastDay, today } = about;
  const length = daysBetween(period.from, period.to) + 1;
  const isOver = (span: Days) => (pooled ? isComplete({ interval: '', ...span }, today) : span.to < today);
  const buckets: Bucket[] = [];
  const end = period.to > lastDay ? period.to : lastDay;
  for (let at = period.from; at <= end; ) {
    const [span, label] = stepAt(at, length, pooled);
    buckets.push({ from: span.from, to: span.to, label, isOver: isOver(span) });
    at = addDays(span.to, 1);
  }
  return buckets;
}

function stepAt(day: string, length: number, isPooled: boolean): [Days, string] {
  if (!isPooled && length <= MAX_DAYS_BY_DAY) return [{ from: day, to: day }, fullDay(day)];
  if (length <= MAX_DAYS_BY_WEEK) return [weekSpan(mondayOf(day)), `week of ${fullDay(mondayOf(day))}`];
  return [restSpan(monthOf(day)), monthName(monthOf(day))];
}

/** The word for a step. */
export function stepName({ from, to }: Bucket): string {
  const length = daysBetween(from, to) + 1;
  return length === 1 ? 'day' : length === 7 ? 'week' : 'month';
}

export type Sums = Readonly<Record<string, number>>;

/**
 * Sums of one name for each bucket; null where nothing is known. The rest of a month is spread evenly over its weeks
 * that are not published themselves, so that the sum of all buckets is the sum of all rows.
 */
export function sumsOver(
  rows: readonly Row[],
  buckets: readonly Bucket[],
  measures: readonly string[],
): (Sums | null)[] {
  const sums: (Record<string, number> | null)[] = buckets.map(() => null);
  const published = rows.filter(({ state }) => state === 'published');
  const add = (at: number, row: Row, parts: number) => {
    const to = sums[at] ?? {};
    for (const name of measures) to[name] = (to[name] ?? 0) + Number(row[name] ?? 0) / parts;
    sums[at] = to;
  };
  const rests: Row[] = [];
  for (const row of published) {
    const at = buckets.findIndex(({ from, to }) => row.from >= from && row.to <= to);
    if (at === -1) rests.push(row);
    else add(at, row, 1);
  }
  const exact = sums.map((one) => one !== null);
  for (const row of rests) {
    const weeks = [...buckets.keys()].filter((at) => isIn(buckets[at] as Bucket, row));
    if (weeks.length * 7 !== daysBetween(row.from, row.to) + 1) continue; // a part of it is outside of the axis
    const open = weeks.filter((at) => !exact[at]);
    const targets = open.length > 0 ? open : weeks;
    for (const at of targets) add(at, row, targets.length);
  }
  return sums;
}

const isIn = (bucket: Bucket, row: Row) => bucket.from >= row.from && bucket.to <= row.to;

/** Sums of several names together. */
export function together(all: readonly (readonly (Sums | null)[])[], buckets: readonly Bucket[]): (Sums | null)[] {
  return buckets.map((_, at) => {
    const own = all.map((one) => one[at] ?? null).filter((one) => one !== null);
    if (own.length === 0) return null;
    const total: Record<string, number> = {};
    for (const one of own) for (const [name, value] of Object.entries(one)) total[name] = (total[name] ?? 0) + value;
    return total;
  });
}
