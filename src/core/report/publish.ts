import { constants, copyFileSync, linkSync } from 'node:fs';
import { debug } from '../../platform/debug.js';
import { causeOf, systemCode } from '../../platform/errors.js';
import { ensurePrivateFolder, isThere, removeFile, writeTemporary } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import type { Gate } from '../consent/gate.js';
import { closedPath, hasLeftSpool, listClosed, type ReportName, reportPath } from './report-files.js';

/*
 * One report per name, for ever (P7). The finished file is linked to spool/<name>.closed.json, a name that never
 * moves and outlives the report's way through outbox, sending and sent: link(2) has exactly one winner, and what it
 * publishes is whole. From there the same bytes are linked into the outbox. A crash between the two is repaired by
 * whoever comes next (`finishPublishing`); should a repair ever race with a delivery, the same bytes with the same ids
 * are sent twice, which the destination recognises. Two different reports under one name can't exist.
 *
 * P10: after the first link the gate is asked again. `disable` writes its no before it deletes spool/ and then outbox/.
 * Either it deletes what was linked, and the second link finds no source, or it wrote its no before the first link,
 * and the question sees it.
 */

/**
 * Publishes a frozen report.
 *
 * @param areThere whether the counts it was made from are still on disk. Asked after the temporary file is written:
 *   whoever deletes the counts later (`clear`, `disable`) deletes that file too, and nothing can be linked.
 * @returns false where another process was first, the counts are gone, or the user has said no meanwhile
 */
export function publish(home: Home, name: ReportName, body: string, gate: Gate, areThere: () => boolean): boolean {
  for (const folder of [home.data, home.spool, home.outbox]) ensurePrivateFolder(folder);
  const closed = closedPath(home, name);
  const temporary = writeTemporary(closed, body);
  try {
    if (!areThere() || hasLeftSpool(home, name) || !linkOnce(temporary, closed)) return false;
  } finally {
    removeFile(temporary);
  }
  if (!gate.check().enabled) {
    removeFile(closed);
    return false;
  }
  return linkOnce(closed, reportPath(home.outbox, name));
}

/** Brings reports into the outbox that a killed process closed but did not get there. */
export function finishPublishing(home: Home, gate: Gate): void {
  for (const name of listClosed(home)) {
    try {
      if (hasLeftSpool(home, name) || !gate.check().enabled) continue;
      ensurePrivateFolder(home.outbox);
      linkOnce(closedPath(home, name), reportPath(home.outbox, name));
    } catch (error) {
      debug('publish %s: %s', name, causeOf(error)); // the other reports need not wait for it
    }
  }
}

/** @throws a system error where that can't be seen */
export function isClosed(home: Home, name: ReportName): boolean {
  return isThere(closedPath(home, name)) || hasLeftSpool(home, name);
}

/** For those who only look: true also where it can't be seen. Then nothing is closed, and the counts stay on disk. */
export function mayBeClosed(home: Home, name: ReportName): boolean {
  try {
    return isClosed(home, name);
  } catch {
    return true; // EIO, ELOOP: whoever comes next finds out
  }
}

/** File systems without hard links: an exclusive copy, which has one winner too but can be torn by a crash. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK'];

/** @returns false where the name was taken already, or the source is gone */
function linkOnce(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    if (!NO_LINKS.includes(code)) throw error;
  }
  try {
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (['EEXIST', 'ENOENT'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}
