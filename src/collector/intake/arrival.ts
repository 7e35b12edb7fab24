import { type Day, dayOf, daysBetween } from '../../schema/calendar.js';
import { DAYS_REPEAT_IS_KNOWN } from '../../schema/limits.js';
import type { Report } from '../../schema/report.js';

/** What one request brings: reports, and the short hash by which its repetition is known. */
export interface Arrival {
  readonly reports: readonly Report[];
  readonly hash: Uint8Array;
}

/** A day that a client may still send, with a day's allowance for a clock that is ahead. */
export function isAcceptable(day: Day, now: number): boolean {
  const age = daysBetween(day, dayOf(now));
  return age >= -1 && age <= DAYS_REPEAT_IS_KNOWN;
}
