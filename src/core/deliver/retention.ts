import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { removeFile } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { sweepTemporaries } from '../../platform/temporary-files.js';
import { type Day, dayOf, daysBetween } from '../../schema/calendar.js';
import { DAYS_KEPT, MAX_DAYS_WAITING, MAX_REPORTS_WAITING } from '../../schema/limits.js';
import { listSpool } from '../record/spool-files.js';
import { dayOfReport, type ReportName } from '../report/closed-files.js';
import { forgetUnfrozen, listUnfrozen } from '../report/unfrozen.js';
import { describe, readReport, settle } from './outbox.js';
import { listReceipts, listReports, receiptPath, reportPath } from './report-files.js';

/** A report that was dropped, or the counts of a day. */
export interface Dropped {
  readonly name: ReportName;
  /** Which limit dropped it. */
  readonly limit: keyof typeof DROPPED_BECAUSE;
}

/** Why a report was dropped, by limit. */
export const DROPPED_BECAUSE = {
  age: `it waited longer than ${MAX_DAYS_WAITING} days`,
  number: `more than ${MAX_REPORTS_WAITING} waited`,
  unfrozen: `no report could be made of them for ${MAX_DAYS_WAITING} days`,
} as const;

/**
 * Drops reports that waited too long or are too many, and deletes copies and receipts that are too old.
 * @returns what was dropped, oldest first
 */
export function tidy(home: Home, now: number): Dropped[] {
  const today = dayOf(now);
  for (const folder of [home.data, home.outbox, home.sending, home.sent]) sweepTemporaries(folder);
  const dropped = [...unfrozenTooLong(home, today), ...beyondLimits(listReports(home.outbox), today)].filter((one) =>
    drop(home, one, now),
  );
  const isOld = (name: ReportName) => ageOf(name, today) > DAYS_KEPT;
  for (const name of listReports(home.sent).filter(isOld)) removeFile(reportPath(home.sent, name));
  for (const name of listReceipts(home).filter(isOld)) removeFile(receiptPath(home, name));
  return dropped;
}

/** @param waiting oldest first */
function beyondLimits(waiting: readonly ReportName[], today: Day): Dropped[] {
  const surplus = waiting.length - MAX_REPORTS_WAITING;
  return waiting.flatMap((name, at) => {
    if (ageOf(name, today) > MAX_DAYS_WAITING) return { name, limit: 'age' as const };
    return at < surplus ? { name, limit: 'number' as const } : [];
  });
}

function unfrozenTooLong(home: Home, today: Day): Dropped[] {
  const days = listUnfrozen(home).map(({ day }) => day);
  return days.filter((day) => ageOf(day, today) > MAX_DAYS_WAITING).map((name) => ({ name, limit: 'unfrozen' }));
}

/** @returns false if it stays, because there is no room for a receipt; the next pass tries again */
function drop(home: Home, { name, limit }: Dropped, now: number): boolean {
  const { bytes, sha256 } = readReport(home.outbox, name) ?? describe(name, '');
  const at = new Date(now).toISOString();
  const reason = DROPPED_BECAUSE[limit];
  try {
    settle(home, name, { day: dayOfReport(name), outcome: 'expired', at, reason, bytes, sha256 });
    if (limit === 'unfrozen') forgetCounts(home, name);
    return true;
  } catch (error) {
    debug('drop %s: %s', name, causeOf(error));
    return false;
  }
}

function forgetCounts(home: Home, day: Day): void {
  for (const file of listSpool(home)) if (file.day === day) removeFile(file.path);
  forgetUnfrozen(home, day); // last: it tells what is left to drop
}

function ageOf(name: ReportName, today: Day): number {
  return daysBetween(dayOfReport(name), today);
}
