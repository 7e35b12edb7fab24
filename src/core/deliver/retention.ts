import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { removeFile, sweepTemporaries } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { type Day, dayOf, daysBetween } from '../../schema/calendar.js';
import {
  closedPath,
  dayOfReport,
  listClosed,
  listReceipts,
  listReports,
  receiptPath,
  reportPath,
} from '../report/report-files.js';
import { readReport, settle } from './outbox.js';

/** A destination recognises a repeated report for 22 days, so nothing older is ever sent. */
const UNDELIVERABLE_AFTER_DAYS = 21;
/** How long what was sent stays for the user to read, and for `first_this_month` to be known. */
const KEPT_DAYS = 45;
/** Reached only where a process a minute is stopped and nothing is ever delivered. */
const MOST_WAITING = 100;

/** Gives up what can't be delivered any more and deletes what was kept long enough. */
export function tidy(home: Home, now: number): void {
  const today = dayOf(now);
  for (const folder of [home.data, home.outbox, home.sending, home.sent]) sweepTemporaries(folder);
  const waiting = listReports(home.outbox);
  const surplus = new Set(waiting.slice(0, Math.max(0, waiting.length - MOST_WAITING)));
  for (const name of waiting) {
    if (ageOf(name, today) > UNDELIVERABLE_AFTER_DAYS || surplus.has(name)) expire(home, name, now);
  }
  const isOld = (name: string) => ageOf(name, today) > KEPT_DAYS;
  for (const name of listReports(home.sent).filter(isOld)) removeFile(reportPath(home.sent, name));
  for (const name of listReceipts(home).filter(isOld)) removeFile(receiptPath(home, name));
  for (const name of listClosed(home).filter(isOld)) removeFile(closedPath(home, name));
}

function expire(home: Home, name: string, now: number): void {
  const report = readReport(home.outbox, name);
  const { bytes = 0, sha256 = '' } = report ?? {};
  try {
    settle(home, name, { day: dayOfReport(name), outcome: 'expired', at: new Date(now).toISOString(), bytes, sha256 });
  } catch (error) {
    debug('drop %s: %s', name, causeOf(error)); // no room for a receipt: next time
  }
}

function ageOf(name: string, today: Day): number {
  return daysBetween(dayOfReport(name), today);
}
