import { linkSync, readFileSync, renameSync } from 'node:fs';
import * as COLLECTOR_ERRORS from '../../platform/error-table/collector.js';
import { AnalyticsError, causeOf, systemCode } from '../../platform/errors.js';
import { removeFile, temporaryBeside, tryReadText, writeTemporary } from '../../platform/files.js';

/** That this process, and no other, uses a database. */
export interface Ownership {
  release(): void;
}

/**
 * Claims a database with a file beside it that names the process. It is linked there whole, so that of any number of
 * processes one has it. A process that was killed leaves its file; it is known to be gone by its number, and by when the
 * process of that number began, since numbers come again (in a container it is always 1).
 *
 * @throws AnalyticsError `COLLECTOR`
 */
export function own(database: string): Ownership {
  const path = `${database}.owner`;
  const mine = identityOf(process.pid);
  for (;;) {
    if (tryLink(path, mine)) return { release: () => removeIfMine(path, mine) };
    const owner = tryReadText(path, 64);
    if (owner === undefined) continue; // released just now
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
    throw new AnalyticsError(COLLECTOR_ERRORS.ownerNotWritten, { file: path, cause: causeOf(error) });
  } finally {
    if (temporary !== undefined) removeFile(temporary);
  }
}

/** Moved aside first: if it is not what was read, somebody else has claimed it meanwhile, and gets it back. */
function takeAway(path: string, owner: string): void {
  const aside = temporaryBeside(path);
  try {
    renameSync(path, aside);
    if (tryReadText(aside, 64) !== owner) linkSync(aside, path);
  } catch {
    // somebody else was faster
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

/** proc(5): the 22nd field of stat is when the process began; the second, its name, can hold anything but is in brackets. */
function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Killed, and not yet collected by whoever started it.
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : `${pid} ${fields[19]}`;
  } catch {
    return `${pid}`; // no /proc here: the number has to do
  }
}
