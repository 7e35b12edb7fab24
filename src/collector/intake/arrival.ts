import { type Day, dayOf, daysBetween } from '../../schema/calendar.js';
import { DAYS_REPEAT_IS_KNOWN } from '../../schema/limits.js';
import type { Report } from '../../schema/report.js';

/** The reports of one request, and the short hash by which a repeated request is recognized. */
export interface Arrival {
  readonly reports: readonly Report[];
  readonly hash: Uint8Array;
}

/** Whether a client may still send this day. One day of tolerance is for a clock that is ahead. */
export function isAcceptable(day: Day, now: number): boolean {
  const age = daysBetween(day, dayOf(now));
  return age >= -1 && age <= DAYS_REPEAT_IS_KNOWN;
}
