import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { monotonicClock } from '../../platform/clock.js';
import * as LIBRARY_ERRORS from '../../platform/error-table/library.js';
import { AnalyticsError, causeOf } from '../../platform/errors.js';
import { entry, isThere, listFolder, removeFile, systemError } from '../../platform/files.js';
import { folderProblem } from '../../platform/folders.js';
import { assertOwnData, type Home } from '../../platform/home.js';
import { MAX_LOOK_AGE_MS } from '../consent/gate.js';
import { type LiveClaim, liveClaims } from '../deliver/claims.js';
import { readReceipt } from '../deliver/receipts.js';
import { listReports, reportPath } from '../deliver/report-files.js';
import { closedPath, listClosed } from '../report/closed-files.js';

/** A sender looks at the gate every 100 ms. One that has not given up after this long is stopped. */
const SENDER_TIMEOUT_MS = 4_000;
const CHECK_INTERVAL_MS = 20;
/** How often deletion is repeated until everything is gone. */
const MAX_TRIES = 10;

/**
 * Deletes everything that was recorded and not delivered. spool/ goes before outbox/, because reports move in that
 * direction. A report that is being sent right now is waited for: its sender looks at the gate every 100 ms, gives up,
 * puts it back, and then gives up its claim. So when this returns nobody is sending, and nobody will (P10). If a sender
 * does not give up, everything is deleted, and the error names its process: it may send what it holds in memory.
 *
 * @throws AnalyticsError `DATA_NOT_DELETED`
 */
export async function purgeUnsent(home: Home): Promise<void> {
  assertNotForeign(home);
  const from = monotonicClock();
  // A server may count on what it saw up to MAX_LOOK_AGE_MS ago. The files that it had open or created until then are
  // found by the last pass, which begins when no such look can be in use any more.
  const isLookOver = () => monotonicClock() - from > MAX_LOOK_AGE_MS + CHECK_INTERVAL_MS;
  const isTooLate = () => monotonicClock() - from > SENDER_TIMEOUT_MS;
  let senders: LiveClaim[];
  for (;;) {
    emptySpool(home);
    empty(home.outbox);
    senders = liveClaims(home);
    if ((senders.length === 0 && isLookOver()) || isTooLate()) break;
    await new Promise((resolve) => setTimeout(resolve, CHECK_INTERVAL_MS));
  }
  const [sender] = senders;
  // The claims stay, so that the next `disable` sees them too.
  if (sender === undefined) return deleteForGood(home);
  for (const name of listReports(home.sending)) removeFile(reportPath(home.sending, name));
  empty(home.outbox);
  emptySpool(home);
  throw new AnalyticsError(LIBRARY_ERRORS.senderNotStopped, { pid: sender.pid ?? 'of another user' });
}

/** Deletes counts and waiting reports at once, without a check that they are gone. It makes room on a full disk. */
export function deleteWaiting(home: Home): void {
  if (entry(home.data) === undefined || folderProblem(home.data) !== undefined) return;
  emptySpool(home);
  empty(home.outbox);
}

/**
 * Deletes, and checks that everything is gone. A server that was closing a day may have just written a temporary file.
 * No report comes of it, because the counts are gone.
 */
async function deleteForGood(home: Home): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    empty(home.sending);
    empty(home.outbox);
    emptySpool(home);
    try {
      for (const folder of [home.sending, home.outbox]) assertEmpty(folder);
      assertEmpty(home.spool, sentClosedFiles(home));
      return;
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, CHECK_INTERVAL_MS));
  }
}

/**
 * Deletes counts and closed reports, except those that were sent. Without its closed file, a day that was sent could be
 * closed again.
 */
function emptySpool(home: Home): void {
  const kept = sentClosedFiles(home);
  for (const name of listFolder(home.spool)) if (!kept.has(name)) removeFile(join(home.spool, name));
}

function sentClosedFiles(home: Home): ReadonlySet<string> {
  const wasSent = (name: string) =>
    entry(reportPath(home.sent, name)) !== undefined && readReceipt(home, name) !== undefined;
  return new Set(
    listClosed(home)
      .filter(wasSent)
      .map((name) => basename(closedPath(home, name))),
  );
}

function assertNotForeign(home: Home): void {
  try {
    assertOwnData(home);
  } catch (error) {
    throw notDeleted(home.data, causeOf(error));
  }
}

/** Deletes everything, including the copies of sent reports and the declaration of the server. */
export async function purgeAll(home: Home): Promise<void> {
  await purgeUnsent(home);
  for (const folder of [home.sent, home.spool]) {
    empty(folder);
    assertEmpty(folder);
  }
  removeFile(home.server);
  for (const folder of [home.spool, home.outbox, home.sending, home.sent, home.data]) removeFolder(folder);
}

function empty(folder: string): void {
  for (const name of listFolder(folder)) removeFile(join(folder, name));
}

/**
 * Throws for a symbolic link or a file in the folder's place. It holds nothing of ours, and nothing in it is deleted.
 */
function assertEmpty(folder: string, except: ReadonlySet<string> = new Set()): void {
  let left: string | undefined;
  try {
    if (!isThere(folder)) return;
    left = readdirSync(assertFolder(folder)).find((name) => !except.has(name));
    if (left !== undefined) unlinkSync(join(folder, left)); // it is still there, so this says why
  } catch (error) {
    throw notDeleted((error as NodeJS.ErrnoException).path ?? folder, causeOf(error));
  }
  if (left !== undefined) throw notDeleted(join(folder, left), 'another process is still writing there');
}

function assertFolder(path: string): string {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) throw systemError('ELOOP', path);
  if (!stat.isDirectory()) throw systemError('ENOTDIR', path);
  return path;
}

function notDeleted(path: string, cause: string): AnalyticsError {
  return new AnalyticsError(LIBRARY_ERRORS.dataNotDeleted, { path, cause });
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // it is missing, or a server has just created a file in it again
  }
}
