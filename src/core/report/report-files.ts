import { join } from 'node:path';
import { isThere, listFolder } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { type Day, isDay } from '../../schema/calendar.js';

/**
 * A report's name: its day, or the day and a random token for one that a single process froze on shutdown. The same in
 * outbox/, sending/ and sent/, where the file is the request body.
 */
export type ReportName = string;

const REPORT_FILE = /^((\d{4}-\d\d-\d\d)(?:\.[0-9a-f]{8})?)\.json$/;
const RECEIPT_FILE = /^((\d{4}-\d\d-\d\d)(?:\.[0-9a-f]{8})?)\.receipt\.json$/;
const CLOSED_FILE = /^((\d{4}-\d\d-\d\d)(?:\.[0-9a-f]{8})?)\.closed\.json$/;

export function dayOfReport(name: ReportName): Day {
  return name.slice(0, 10);
}

export function reportPath(folder: string, name: ReportName): string {
  return join(folder, `${name}.json`);
}

/** Where a frozen report is published first, under a name that never moves (publish.ts). */
export function closedPath(home: Home, name: ReportName): string {
  return join(home.spool, `${name}.closed.json`);
}

/** The reports in outbox/, sending/ or sent/, oldest day first. */
export function listReports(folder: string): ReportName[] {
  return listNames(folder, REPORT_FILE);
}

export function listClosed(home: Home): ReportName[] {
  return listNames(home.spool, CLOSED_FILE);
}

/** The reports that have a receipt, oldest day first. */
export function listReceipts(home: Home): ReportName[] {
  return listNames(home.sent, RECEIPT_FILE);
}

function listNames(folder: string, pattern: RegExp): ReportName[] {
  return listFolder(folder).flatMap((file) => {
    const [, name, day] = pattern.exec(file) ?? [];
    return name !== undefined && isDay(day) ? [name] : [];
  });
}

/** What became of a report is noted beside it in sent/, also for one that was given up. */
export function receiptPath(home: Home, name: ReportName): string {
  return join(home.sent, `${name}.receipt.json`);
}

/** True where the report stands on any later step than being closed. Looked up in the direction in which it moves. */
export function hasLeftSpool(home: Home, name: ReportName): boolean {
  const places = [home.outbox, home.sending, home.sent].map((folder) => reportPath(folder, name));
  return [...places, receiptPath(home, name)].some(isThere);
}
