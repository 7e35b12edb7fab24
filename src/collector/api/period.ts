import { DAY_MS, type Day, dayOf, daysBetween, isDay, monthOf, weekOf } from '../../schema/calendar.js';

export const GRANULARITIES = ['day', 'week', 'month'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** The days of a question, both ends included, and the size of the buckets into which they are grouped. */
export interface Period {
  readonly from: Day;
  readonly to: Day;
  readonly granularity: Granularity;
}

const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_660;

/** Reads the period of a query, or finds what is wrong with it. Default: the last 30 days with data, by day. */
export function periodOf(
  query: Readonly<Record<string, string | undefined>>,
  last: Day,
): Period | { readonly problem: string } {
  const { to = last, granularity = 'day' } = query;
  if (!isDay(to)) return { problem: 'to: expected a day, YYYY-MM-DD' };
  const from = query.from ?? addDays(to, 1 - DEFAULT_DAYS);
  if (!isDay(from)) return { problem: 'from: expected a day, YYYY-MM-DD' };
  if (daysBetween(from, to) < 0) return { problem: 'from: expected a day that is not after to' };
  if (daysBetween(last, to) > MAX_DAYS) return { problem: 'to: expected a day that is not so far ahead' };
  if (daysBetween(from, to) > MAX_DAYS) return { problem: `from: expected at most ${MAX_DAYS} days before to` };
  if (!isGranularity(granularity)) return { problem: `granularity: expected ${GRANULARITIES.join(', ')}` };
  return { from, to, granularity };
}

function isGranularity(text: string): text is Granularity {
  return GRANULARITIES.includes(text as Granularity);
}

export function addDays(day: Day, days: number): Day {
  return dayOf(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);
}

/** The bucket of a day: `2026-11-23`, `2026-W48` or `2026-11`. */
export function bucketOf(day: Day, granularity: Granularity): string {
  if (granularity === 'day') return day;
  return granularity === 'week' ? weekOf(day) : monthOf(day);
}

/** All buckets of the period, including those without data. */
export function bucketsOf({ from, to, granularity }: Period): string[] {
  const buckets = new Set<string>();
  for (let at = 0; at <= daysBetween(from, to); at += 1) buckets.add(bucketOf(addDays(from, at), granularity));
  return [...buckets];
}
