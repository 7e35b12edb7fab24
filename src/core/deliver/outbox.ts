import { renameSync } from 'node:fs';
import { sha256 } from '../../platform/crypto.js';
import { debug } from '../../platform/debug.js';
import { causeOf, systemCode } from '../../platform/errors.js';
import { readBytes, removeFile } from '../../platform/files.js';
import { ensurePrivateFolder } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { linkOnce } from '../../platform/link-once.js';
import { dayOf, daysBetween } from '../../schema/calendar.js';
import { DAYS_KEPT, MAX_REPORT_BYTES } from '../../schema/limits.js';
import type { Gate } from '../consent/gate.js';
import { closedPath, dayOfReport, listClosed, type ReportName } from '../report/closed-files.js';
import { type Claim, holds, publishClaim, reclaim, removeClaim } from './claims.js';
import { drawDueTime, INTERVAL_MS } from './pace.js';
import { type Receipt, writeReceipt } from './receipts.js';
import { listReports, reportPath, wasTaken } from './report-files.js';

/*
 * A report moves outbox → sending → sent by rename(2), always as one whole file, which is the request body. In
 * sending/ it belongs to the process that its claim names (claims.ts). If that process is gone, any other puts the
 * report back. Nobody knows then whether the bytes arrived, so they are sent again: the same bytes, which the
 * destination recognizes by their ids.
 */

/**
 * Links closed reports into the outbox, and resumes here after a crash. If this ever races with a delivery, the same
 * bytes with the same ids are sent twice, and the destination recognizes them.
 *
 * P10: `disable` writes its opt-out, then deletes spool/, then outbox/. So either the gate sees the opt-out, or the
 * link has no source, or the linked file is deleted from outbox/.
 */
export function takeClosed(home: Home, gate: Gate, now: number, intervalMs = INTERVAL_MS): void {
  for (const name of listClosed(home)) {
    // The receipt of an older report is gone, so nothing tells any more whether it was taken.
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

/** Takes a report for sending. Undefined where another process has it, or it is gone. */
export function claim(home: Home, name: ReportName): Claim | undefined {
  ensurePrivateFolder(home.sending);
  const mine = publishClaim(home, name);
  if (mine === undefined) return undefined;
  try {
    renameSync(reportPath(home.outbox, name), reportPath(home.sending, name));
    return mine;
  } catch (error) {
    removeClaim(home, mine);
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Puts a report back if it was not delivered, then gives up the claim. `purgeUnsent` relies on this order. */
export function release(home: Home, mine: Claim): void {
  if (holds(home, mine)) putBack(home, mine.name);
  removeClaim(home, mine);
}

function putBack(home: Home, name: ReportName): void {
  moveIfThere(reportPath(home.sending, name), reportPath(home.outbox, name));
}

/** Moves a report to sent/. The receipt is written first: after a crash in between, the report is sent again. */
export function settle(home: Home, name: ReportName, receipt: Receipt): void {
  ensurePrivateFolder(home.sent);
  writeReceipt(home, name, receipt);
  if (receipt.outcome === 'expired') removeFile(reportPath(home.outbox, name));
  else moveIfThere(reportPath(home.sending, name), reportPath(home.sent, name));
}

/** Puts back the reports of senders that are gone. */
export function reclaimAbandoned(home: Home): void {
  reclaim(home, (name) => putBack(home, name));
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
