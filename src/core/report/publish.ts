import { ensurePrivateFolder, isThere, removeFile, writeTemporary } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { linkOnce } from '../../platform/link-once.js';
import { type Day, daysBetween } from '../../schema/calendar.js';
import { DAYS_KEPT } from '../../schema/limits.js';
import type { Gate } from '../consent/gate.js';
import { closedPath, dayOfReport, listClosed, type ReportName } from './closed-files.js';

/*
 * One report for each name, forever (P7). The finished file is linked to spool/<name>.closed.json, a name that never moves
 * and stays while the report waits, leaves and is kept. link(2) has exactly one winner, and what it publishes is whole.
 * From there the outbox takes the same bytes (deliver/outbox.ts), so two different reports under one name cannot exist.
 *
 * P10: after the link the gate is asked again. `disable` writes its opt-out before it deletes spool/. Either it deletes
 * what was linked, or it wrote the opt-out before the link, and the question sees it.
 */

/**
 * Publishes a frozen report.
 *
 * @param areThere whether the counts it was made from are still on disk. Asked after the temporary file is written: a
 *   later `clear` or `disable` deletes that file with the counts, and nothing can be linked.
 * @returns false where another process was first, the counts are gone, or the user has opted out meanwhile
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

/** @throws a system error where that cannot be seen */
export function isClosed(home: Home, name: ReportName): boolean {
  return isThere(closedPath(home, name));
}

/** For views: true also where it cannot be seen. Then nothing is closed, and the counts stay on disk. */
export function mayBeClosed(home: Home, name: ReportName): boolean {
  try {
    return isClosed(home, name);
  } catch {
    return true; // EIO, ELOOP: a later attempt finds out
  }
}

/** Deletes what is as old as the copy of a sent report that goes: nobody counts into such a day any more. */
export function forgetOldClosed(home: Home, today: Day): void {
  for (const name of listClosed(home)) {
    if (daysBetween(dayOfReport(name), today) > DAYS_KEPT) removeFile(closedPath(home, name));
  }
}
