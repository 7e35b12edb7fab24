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
import { type Receipt, writeReceipt } from './receipts.js';
import { listReports, reportPath, wasTaken } from './report-files.js';

/*
 * A report moves outbox → sending → sent by rename(2), always as one whole file, which is the request body. In
 * sending/ it belongs to the one process whose rename succeeded; a process that is killed there leaves the file, and
 * after ABANDONED_AFTER_MS any other puts it back. It can't be known then whether the bytes arrived, so they are sent
 * again: the same bytes, which the destination recognizes by their ids.
 */

/** ms, many times what an attempt takes (delivery/post.ts): a claim that is this old has no living owner. */
const ABANDONED_AFTER_MS = 60_000;

/**
 * Takes over the reports that were closed: the same bytes under the report's name. After a crash it resumes here. If it
 * ever races with a delivery, the same bytes with the same ids are sent twice, which the destination recognizes.
 *
 * P10: `disable` writes its opt-out, then deletes spool/, then outbox/. Either the gate sees the opt-out, or the link
 * finds no source, or what was linked is deleted from outbox/.
 */
export function takeClosed(home: Home, gate: Gate, now: number): void {
  for (const name of listClosed(home)) {
    // The receipt of an older one is gone, so nobody can tell any more whether it was taken.
    if (daysBetween(dayOfReport(name), dayOf(now)) > DAYS_KEPT) continue;
    try {
      if (wasTaken(home, name) || !gate.check().enabled) continue;
      ensurePrivateFolder(home.outbox);
      linkOnce(closedPath(home, name), reportPath(home.outbox, name));
    } catch (error) {
      debug('take %s: %s', name, causeOf(error)); // the other reports need not wait for it
    }
  }
}

/** Takes a report for sending. False where another process has it, or it is gone. */
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

/** Puts a report back that was not delivered this time. */
export function release(home: Home, name: ReportName): void {
  moveIfThere(reportPath(home.sending, name), reportPath(home.outbox, name));
}

/** A report that has its final answer. The receipt comes first: a crash in between sends again, and overwrites it. */
export function settle(home: Home, name: ReportName, receipt: Receipt): void {
  ensurePrivateFolder(home.sent);
  writeReceipt(home, name, receipt);
  if (receipt.outcome === 'expired') removeFile(reportPath(home.outbox, name));
  else moveIfThere(reportPath(home.sending, name), reportPath(home.sent, name));
}

/** Puts back what killed processes were sending. */
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

/** Undefined where it is gone, or is no regular file of a report's size. */
export function readReport(folder: string, name: ReportName): Stored | undefined {
  try {
    const content = readBytes(reportPath(folder, name), MAX_REPORT_BYTES);
    return describe(name, content.toString('utf8'));
  } catch {
    return undefined; // moved on meanwhile, or not ours
  }
}

export function describe(name: ReportName, body: string): Stored {
  const bytes = Buffer.from(body);
  return { name, day: dayOfReport(name), body, bytes: bytes.length, sha256: sha256(bytes) };
}

/** Everything that is closed and not settled, in the order of sending. */
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
    if (systemCode(error) !== 'ENOENT') throw error; // gone: deleted by the user, or another process was faster
  }
}
