import { addDays, type Day, daysBetween, weekOf, weeksOf } from '../../schema/calendar.js';
import type { EventName } from '../../schema/field.js';
import type { Tally } from './tally.js';

/** A block is one event and one name, with all its measures. */
export interface Block {
  readonly event: EventName;
  readonly label: string;
}

export const keyOf = ({ event, label }: Block): string => `${event} ${label}`;

/** A time over which numbers are pooled: a week, or all of a month that no published week counted. */
export interface Span {
  /** `2026-W48`, or `2026-11 rest`. */
  readonly interval: string;
  /** The first and the last day, both included. */
  readonly from: Day;
  readonly to: Day;
}

/** The numbers of a block that were published, once and for good. */
export interface Interval extends Block, Span {
  /** About how many installs the rows are from. Null for blocks whose rows have no marks. */
  readonly installs: number | null;
  /** What was counted, which no other interval counts. */
  readonly counted: Tally;
  /** What is shown. Null if it was too small alone and is shown as a part of another block. */
  readonly shown: Tally | null;
}

/** Reports come late: so many days after its end a span counts as complete. */
export const DAYS_UNTIL_COMPLETE = 8;

export function weekSpan(monday: Day): Span {
  return { interval: weekOf(monday), from: monday, to: addDays(monday, 6) };
}

export function restSpan(month: string): Span {
  const mondays = weeksOf(month);
  return { interval: `${month} rest`, from: mondays[0] as Day, to: addDays(mondays.at(-1) as Day, 6) };
}

export function isComplete({ to }: Span, today: Day): boolean {
  return daysBetween(to, today) >= DAYS_UNTIL_COMPLETE;
}
