import { addDays, type Day, daysBetween, isDay, mondayOf, monthOf } from '../../schema/calendar.js';
import { restSpan, type Span, weekSpan } from '../cells/intervals.js';

/** The days of a question, both ends included. */
export interface Period {
  readonly from: Day;
  readonly to: Day;
}

const DEFAULT_DAYS = 91;
const MAX_DAYS = 3_660;

/** Reads the period of a query, or finds what is wrong with it. Default: thirteen weeks up to the last day with data. */
export function periodOf(
  query: Readonly<Record<string, string | undefined>>,
  last: Day,
): Period | { readonly problem: string } {
  const { to = last } = query;
  if (!isDay(to)) return { problem: 'to: expected a day, YYYY-MM-DD' };
  // Of a month that began before, the rest is not wholly inside: the default begins where a month does.
  const from = query.from ?? restSpan(monthOf(addDays(to, 1 - DEFAULT_DAYS))).from;
  if (!isDay(from)) return { problem: 'from: expected a day, YYYY-MM-DD' };
  if (daysBetween(from, to) < 0) return { problem: 'from: expected a day that is not after to' };
  if (daysBetween(last, to) > MAX_DAYS) return { problem: 'to: expected a day that is not so far ahead' };
  if (daysBetween(from, to) > MAX_DAYS) return { problem: `from: expected at most ${MAX_DAYS} days before to` };
  return { from, to };
}

/** The weeks and the rests of months that lie wholly in the period, in order of time; a rest after its weeks. */
export function spansOf({ from, to }: Period): Span[] {
  const spans: Span[] = [];
  for (let monday = mondayOf(from); monday <= to; monday = addDays(monday, 7)) {
    const rest = restSpan(monthOf(monday));
    spans.push(weekSpan(monday));
    if (rest.to === addDays(monday, 6)) spans.push(rest);
  }
  return spans.filter((span) => span.from >= from && span.to <= to);
}

/** Every day of the period as a span, where numbers are not pooled. */
export function daysOf({ from, to }: Period): Span[] {
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, at) => {
    const day = addDays(from, at);
    return { interval: day, from: day, to: day };
  });
}
