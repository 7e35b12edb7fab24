import { linkSync, readFileSync, renameSync } from 'node:fs';
import * as COLLECTOR_ERRORS from '../../platform/error-table/collector.js';
import { AnalyticsError, messageOf, systemCode } from '../../platform/errors.js';
import { removeFile, temporaryBeside, tryReadText, writeTemporary } from '../../platform/files.js';

/** The right of this process, and no other, to use a database. */
export interface Ownership {
  release(): void;
}

/**
 * Claims a database with a file beside it that names the process. The complete file is linked there, so that exactly
 * one process wins. A killed process leaves its file behind. Its pid and the start time of the process with that pid
 * tell that it is gone; the pid alone does not, because pids are reused (in a container it is always 1).
 *
 * @throws AnalyticsError `COLLECTOR`
 */
export function own(database: string): Ownership {
  const path = `${database}.owner`;
  const mine = identityOf(process.pid);
  for (;;) {
    if (tryLink(path, mine)) return { release: () => removeIfMine(path, mine) };
    const owner = tryReadText(path, 64);
    if (owner === undefined) continue; // it was released just now
    const pid = Number(owner.split(' ')[0]);
    if (pid !== process.pid && isAlive(pid) && identityOf(pid) === owner) {
      throw new AnalyticsError(COLLECTOR_ERRORS.databaseInUse, { pid, file: database });
    }
    takeAway(path, owner);
  }
}

function tryLink(path: string, identity: string): boolean {
  let temporary: string | undefined;
  try {
    temporary = writeTemporary(path, identity);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw new AnalyticsError(COLLECTOR_ERRORS.ownerNotWritten, { file: path, cause: messageOf(error) });
  } finally {
    if (temporary !== undefined) removeFile(temporary);
  }
}

/** Moves the file aside first. If it is not the one that was read, another process has claimed it and gets it back. */
function takeAway(path: string, owner: string): void {
  const aside = temporaryBeside(path);
  try {
    renameSync(path, aside);
    if (tryReadText(aside, 64) !== owner) linkSync(aside, path);
  } catch {
    // another process was faster
  }
  removeFile(aside);
}

function removeIfMine(path: string, mine: string): void {
  if (tryReadText(path, 64) === mine) removeFile(path);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/**
 * proc(5): field 22 of stat is the start time of the process. Field 2, its name, is in brackets and can contain any
 * text.
 */
function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie: it was killed, and its parent has not waited for it yet.
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : `${pid} ${fields[19]}`;
  } catch {
    return `${pid}`; // without /proc, the pid alone has to do
  }
}
