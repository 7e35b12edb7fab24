import { isThere, removeFile } from '../../platform/files.js';
import { ensurePrivateFolder } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { linkOnce } from '../../platform/link-once.js';
import { writeTemporary } from '../../platform/temporary-files.js';
import { type Day, daysBetween } from '../../schema/calendar.js';
import { DAYS_KEPT } from '../../schema/limits.js';
import type { Gate } from '../consent/gate.js';
import { closedPath, dayOfReport, listClosed, type ReportName } from './closed-files.js';

/*
 * P7: a name has one report, forever. The finished file is linked to spool/<name>.closed.json, which is never moved,
 * and stays while the report waits, is sent and is kept. Exactly one process wins link(2), and the file it publishes is
 * whole. The outbox takes its bytes from there (deliver/outbox.ts), so two different reports cannot have one name.
 *
 * P10: after the link the gate is asked again. `disable` writes its opt-out before it deletes spool/. So either it
 * deletes the linked file, or it wrote the opt-out before the link, and the gate sees it.
 */

/**
 * Publishes a frozen report.
 *
 * @param areThere whether the counts of the report are still on disk. Called after the temporary file is written: a
 *   later `clear` or `disable` deletes that file with the counts, so that the link fails.
 * @returns false if another process was first, the counts are gone, or the user has opted out meanwhile
 */
export function publish(home: Home, name: ReportName, body: string, gate: Gate, areThere: () => boolean): boolean {
  for (const folder of [home.data, home.spool]) ensurePrivateFolder(folder);
  const closed = closedPath(home, name);
  const temporary = writeTemporary(closed, body);
  try {
    if (!areThere() || !linkOnce(temporary, closed)) return false;
  } finally {
    removeFile(temporary);
  }
  if (gate.check().enabled) return true;
  removeFile(closed);
  return false;
}

/** @throws a system error if the file system gives no answer */
export function isClosed(home: Home, name: ReportName): boolean {
  return isThere(closedPath(home, name));
}

/** Also true if the file system gives no answer. Then the caller closes nothing, and the counts stay on disk. */
export function mayBeClosed(home: Home, name: ReportName): boolean {
  try {
    return isClosed(home, name);
  } catch {
    return true; // EIO or ELOOP; a later attempt can tell
  }
}

/** Deletes closed reports that are older than any copy in sent/. No process counts into such a day any more. */
export function forgetOldClosed(home: Home, today: Day): void {
  for (const name of listClosed(home)) {
    if (daysBetween(dayOfReport(name), today) > DAYS_KEPT) removeFile(closedPath(home, name));
  }
}
