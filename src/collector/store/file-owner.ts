import { linkSync, renameSync } from 'node:fs';
import * as COLLECTOR_ERRORS from '../../platform/error-table/collector.js';
import { AnalyticsError, messageOf, systemCode } from '../../platform/errors.js';
import { entry, parseObject, removeFile, temporaryBeside, tryReadText, writeTemporary } from '../../platform/files.js';
import { asIdentity, ownIdentity, type Presence, presenceOf } from '../../platform/process-identity.js';

const MAX_OWNER_BYTES = 1024;

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
  const mine = JSON.stringify(ownIdentity());
  for (;;) {
    if (tryLink(path, mine)) return { release: () => removeIfMine(path, mine) };
    const owner = tryReadText(path, MAX_OWNER_BYTES);
    if (owner === undefined) continue; // released just now
    const { pid, presence } = look(path, owner);
    if (presence === 'alive' && pid !== process.pid) {
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
    if (tryReadText(aside, MAX_OWNER_BYTES) !== owner) linkSync(aside, path);
  } catch {
    // another process was faster
  }
  removeFile(aside);
}

function removeIfMine(path: string, mine: string): void {
  if (tryReadText(path, MAX_OWNER_BYTES) === mine) removeFile(path);
}

/** An owner in another container is taken for gone: a container that was killed must not keep its successor out. */
function look(path: string, owner: string): { readonly pid: number; readonly presence: Presence } {
  const identity = asIdentity(parseObject(owner));
  if (identity === undefined) return { pid: 0, presence: 'dead' };
  return { pid: identity.pid, presence: presenceOf(identity, entry(path)?.mtimeMs ?? 0) };
}
