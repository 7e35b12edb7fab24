import { addDays, type Day, daysBetween, mondayOf, monthOf } from '../../schema/calendar.js';
import { DAYS_UNTIL_COMPLETE, isComplete, restSpan, weekSpan } from '../cells/intervals.js';
import type { About } from './data.js';

/** Days from the first to the last, both included. */
export interface Days {
  readonly from: Day;
  readonly to: Day;
}

export interface Period extends Days {
  readonly name: string;
  /** The period of the same length before it. Undefined if reports had not begun. */
  readonly before: Days | undefined;
}

/** What can be chosen: its name in the address, its label, and how many months; four weeks and everything have none. */
export const CHOICES = [
  ['4w', '4 weeks', 0],
  ['3m', '3 months', 3],
  ['6m', '6 months', 6],
  ['12m', '12 months', 12],
  ['all', 'All', Number.POSITIVE_INFINITY],
] as const;

const DAYS_OF_MONTHS = 91 / 3;

/** Dates of a collector that has at least one report. */
export type Begun = About & { readonly firstDay: Day; readonly lastDay: Day };

/**
 * A period consists of months that are over, because a month's rarely reported numbers are published when it is over.
 * So two periods are compared by numbers that were published in the same way.
 */
export function periodOf(about: Begun, chosen: string | undefined): Period {
  const months = monthsOver(about);
  const fallback = about.pooled ? months.length >= 3 : daysBetween(about.firstDay, about.lastDay) >= 90;
  const [name, , count] = CHOICES.find(([one]) => one === chosen) ?? CHOICES[fallback ? 1 : 4];
  const days = daysOf(about, months, name, count);
  const before = name === 'all' ? undefined : earlier(about, days, name === '4w' || !about.pooled ? 0 : count);
  return { name, ...days, before };
}

function daysOf(about: Begun, months: readonly string[], name: string, count: number): Days {
  const { firstDay, lastDay, pooled } = about;
  const all = { from: pooled ? restSpan(monthOf(firstDay)).from : firstDay, to: lastDay };
  if (name === 'all') return { ...all, to: pooled ? weekSpan(mondayOf(lastDay)).to : lastDay };
  if (!pooled) {
    const wanted = count === 0 ? 28 : Math.round(count * DAYS_OF_MONTHS);
    return { from: latest(addDays(lastDay, 1 - wanted), all.from), to: lastDay };
  }
  if (count === 0) {
    const to = earliest(lastWeekOver(about), weekSpan(mondayOf(lastDay)).to);
    return { from: addDays(to, -27), to };
  }
  const own = months.slice(-count);
  const [first, last] = [own[0], own.at(-1)];
  if (first === undefined || last === undefined) return all;
  return { from: restSpan(first).from, to: restSpan(last).to };
}

/** The days of so many months, or of as many days, before. */
function earlier({ firstDay }: Begun, { from, to }: Days, months: number): Days | undefined {
  let start = addDays(from, -1 - daysBetween(from, to));
  if (months > 0) {
    start = from;
    for (let at = 0; at < months; at += 1) start = restSpan(monthOf(addDays(start, -1))).from;
  }
  return start < mondayOf(firstDay) ? undefined : { from: start, to: addDays(from, -1) };
}

/** The months with reports of which everything that is ever published may be. */
function monthsOver({ firstDay, lastDay, today }: Begun): string[] {
  const months: string[] = [];
  for (let at = firstDay; at <= restSpan(monthOf(lastDay)).to; at = addDays(restSpan(monthOf(at)).to, 1)) {
    if (isComplete(restSpan(monthOf(at)), today)) months.push(monthOf(at));
  }
  return months;
}

function lastWeekOver({ today }: Begun): Day {
  return addDays(mondayOf(addDays(today, 1 - DAYS_UNTIL_COMPLETE)), -1);
}

const latest = (a: Day, b: Day) => (a > b ? a : b);
const earliest = (a: Day, b: Day) => (a < b ? a : b);
