import { lstatSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { AnalyticsError, causeOf } from '../../platform/errors.js';
import { entry, isThere, listFolder, removeFile } from '../../platform/files.js';
import { assertOwnData, type Home } from '../../platform/home.js';
import { listReports, reportPath } from '../report/report-files.js';

/** A claim that is older was left by a killed process: an attempt ends after 3 s (delivery/post.ts). */
const CLAIM_LASTS_MS = 4_000;
const LOOK_EVERY_MS = 20;

/**
 * Deletes everything that was recorded and not delivered. spool/ goes before outbox/, because reports move in that
 * direction. A report that is being sent right now is waited for: its sender looks at the gate every 100 ms, gives up
 * and puts it back. So when this returns nobody is sending, and nobody will (P10).
 *
 * @throws AnalyticsError `DATA_NOT_DELETED`
 */
export async function purgeUnsent(home: Home): Promise<void> {
  refuseForeign(home);
  for (;;) {
    empty(home.spool);
    empty(home.outbox);
    if (!isSending(home)) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const folders = [home.sending, home.outbox, home.spool];
  folders.forEach(empty);
  folders.forEach(assertEmpty);
}

function refuseForeign(home: Home): void {
  try {
    assertOwnData(home);
  } catch (error) {
    throw notDeleted(home.data, causeOf(error));
  }
}

function isSending(home: Home): boolean {
  return listReports(home.sending).some((name) => {
    const claimedAt = entry(reportPath(home.sending, name))?.mtimeMs ?? 0;
    return Math.abs(Date.now() - claimedAt) < CLAIM_LASTS_MS;
  });
}

/** Deletes everything, what was sent and what the server declared included. */
export async function purgeAll(home: Home): Promise<void> {
  await purgeUnsent(home);
  empty(home.sent);
  assertEmpty(home.sent);
  removeFile(home.server);
  for (const folder of [home.spool, home.outbox, home.sending, home.sent, home.data]) removeFolder(folder);
}

function empty(folder: string): void {
  for (const name of listFolder(folder)) removeFile(join(folder, name));
}

function assertEmpty(folder: string): void {
  let left: string[];
  try {
    left = isThere(folder) && lstatSync(folder).isDirectory() ? readdirSync(folder) : [];
  } catch (error) {
    throw notDeleted(folder, causeOf(error));
  }
  if (left.length > 0) throw notDeleted(join(folder, left[0] as string), 'it can not be removed');
}

function notDeleted(path: string, cause: string): AnalyticsError {
  return new AnalyticsError('DATA_NOT_DELETED', `${path} could not be deleted: ${cause}. Delete it by hand.`);
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // missing, or a server has just created something in it again
  }
}
