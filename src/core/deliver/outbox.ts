import { lutimesSync, renameSync } from 'node:fs';
import { sha256 } from '../../platform/crypto.js';
import { debug } from '../../platform/debug.js';
import { causeOf, systemCode } from '../../platform/errors.js';
import { ensurePrivateFolder, entry, readBytes, removeFile } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { linkOnce } from '../../platform/link-once.js';
import { dayOf, daysBetween } from '../../schema/calendar.js';
import { DAYS_KEPT, MAX_REPORT_BYTES } from '../../schema/limits.js';
import type { Gate } from '../consent/gate.js';
import { closedPath, dayOfReport, listClosed, type ReportName } from '../report/closed-files.js';
import { drawDueTime, INTERVAL_MS } from './pace.js';
import { type Receipt, writeReceipt } from './receipts.js';
import { listReports, reportPath, wasTaken } from './report-files.js';

/*
 * A report is one file, the request body, and moves outbox → sending → sent by rename(2). In sending/ it belongs to the
 * process whose rename succeeded. If that process is killed, the file stays, and after ABANDONED_AFTER_MS any other
 * process puts it back. Nobody knows then whether the bytes arrived, so the same bytes are sent again, and the
 * destination recognizes them by their ids.
 */

/** Many times what an attempt takes (post.ts). A claim that is older has no living owner. */
const ABANDONED_AFTER_MS = 60_000;

/**
 * Links closed reports into the outbox, and resumes here after a crash. If this ever races with a delivery, the same
 * bytes with the same ids are sent twice, and the destination recognizes them.
 *
 * P10: `disable` writes its opt-out, then deletes spool/, then outbox/. So either the gate sees the opt-out, or the
 * link has no source, or the linked file is deleted from outbox/.
 */
export function takeClosed(home: Home, gate: Gate, now: number, intervalMs = INTERVAL_MS): void {
  for (const name of listClosed(home)) {
    // The receipt of an older report is gone, so that nobody can tell any more whether it was taken.
    if (daysBetween(dayOfReport(name), dayOf(now)) > DAYS_KEPT) continue;
    try {
      if (wasTaken(home, name) || !gate.check().enabled) continue;
      ensurePrivateFolder(home.outbox);
      const path = reportPath(home.outbox, name);
      if (linkOnce(closedPath(home, name), path)) drawDueTime(path, now, intervalMs);
    } catch (error) {
      debug('take %s: %s', name, causeOf(error)); // the other reports do not wait for it
    }
  }
}

/** Claims a report for sending. False if another process has it, or it is gone. */
export function claim(home: Home, name: ReportName): boolean {
  const from = reportPath(home.outbox, name);
  try {
    ensurePrivateFolder(home.sending);
    const now = new Date();
    lutimesSync(from, now, now); // before the rename, so that a claim never looks older than it is
    renameSync(from, reportPath(home.sending, name));
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Puts a claimed report back into the outbox. */
export function release(home: Home, name: ReportName): void {
  moveIfThere(reportPath(home.sending, name), reportPath(home.outbox, name));
}

/** Ends the way of a report. The receipt is written first: after a crash in between, the report is sent again. */
export function settle(home: Home, name: ReportName, receipt: Receipt): void {
  ensurePrivateFolder(home.sent);
  writeReceipt(home, name, receipt);
  if (receipt.outcome === 'expired') removeFile(reportPath(home.outbox, name));
  else moveIfThere(reportPath(home.sending, name), reportPath(home.sent, name));
}

/** Puts back the reports that killed processes were sending. */
export function reclaimAbandoned(home: Home): void {
  for (const name of listReports(home.sending)) {
    const stat = entry(reportPath(home.sending, name));
    if (stat !== undefined && Math.abs(Date.now() - stat.mtimeMs) > ABANDONED_AFTER_MS) release(home, name);
  }
}

/** A report and its bytes. */
export interface Stored {
  readonly name: ReportName;
  readonly day: string;
  readonly body: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Undefined if the file is gone, is not a regular file, or is larger than a report can be. */
export function readReport(folder: string, name: ReportName): Stored | undefined {
  try {
    const content = readBytes(reportPath(folder, name), MAX_REPORT_BYTES);
    return describe(name, content.toString('utf8'));
  } catch {
    return undefined; // moved meanwhile, or not a report
  }
}

export function describe(name: ReportName, body: string): Stored {
  const bytes = Buffer.from(body);
  return { name, day: dayOfReport(name), body, bytes: bytes.length, sha256: sha256(bytes) };
}

/** The reports in outbox/ and sending/, in the order of sending. */
export function listWaiting(home: Home): Stored[] {
  const read = (folder: string) => listReports(folder).map((name) => readReport(folder, name));
  const found = [...read(home.sending), ...read(home.outbox)].filter((one) => one !== undefined);
  const unique = new Map(found.map((one) => [one.name, one]));
  return [...unique.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error; // the user deleted it, or another process was faster
  }
}
