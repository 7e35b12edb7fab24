import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { removeFile, sweepTemporaries } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { type Day, dayOf, daysBetween } from '../../schema/calendar.js';
import { DAYS_KEPT, MAX_DAYS_WAITING, MAX_REPORTS_WAITING } from '../../schema/limits.js';
import { dayOfReport, type ReportName } from '../report/closed-files.js';
import { readReport, settle } from './outbox.js';
import { listReceipts, listReports, receiptPath, reportPath } from './report-files.js';

/** Drops reports that waited too long or are too many, and deletes copies and receipts that are too old. */
export function tidy(home: Home, now: number): void {
  const today = dayOf(now);
  for (const folder of [home.data, home.outbox, home.sending, home.sent]) sweepTemporaries(folder);
  const waiting = listReports(home.outbox);
  const surplus = new Set(waiting.slice(0, Math.max(0, waiting.length - MAX_REPORTS_WAITING)));
  for (const name of waiting) {
    if (ageOf(name, today) > MAX_DAYS_WAITING || surplus.has(name)) expire(home, name, now);
  }
  const isOld = (name: ReportName) => ageOf(name, today) > DAYS_KEPT;
  for (const name of listReports(home.sent).filter(isOld)) removeFile(reportPath(home.sent, name));
  for (const name of listReceipts(home).filter(isOld)) removeFile(receiptPath(home, name));
}

function expire(home: Home, name: ReportName, now: number): void {
  const { bytes = 0, sha256 = '' } = readReport(home.outbox, name) ?? {};
  try {
    settle(home, name, { day: dayOfReport(name), outcome: 'expired', at: new Date(now).toISOString(), bytes, sha256 });
  } catch (error) {
    debug('drop %s: %s', name, causeOf(error)); // no room for a receipt; the next pass tries again
  }
}

function ageOf(name: ReportName, today: Day): number {
  return daysBetween(dayOfReport(name), today);
}
