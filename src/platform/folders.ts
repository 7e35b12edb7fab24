import { chmodSync, lstatSync, mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isContainer, isMountPoint } from './container.js';
import { systemCode } from './errors.js';
import { entry, systemError } from './files.js';
import { ownershipProblem } from './ownership.js';

const PRIVATE_FOLDER = 0o700;

/** Creates a private folder and its parents. Node's recursive mkdir never returns where procfs answers `ENOENT`. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, PRIVATE_FOLDER);
  } catch (error) {
    if (isFolder(path)) return;
    if (systemCode(error) !== 'ENOENT' || entry(dirname(path)) !== undefined) throw error;
    makeFolder(dirname(path));
    makeFolder(path);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Creates the folder and its parents, private, or makes it so. Refuses one that is not ours to use, before anything is
 * created and again afterward, because somebody else may have been faster.
 * @throws a system error
 */
export function ensurePrivateFolder(path: string): void {
  assertOwnFolder(path);
  makeFolder(path);
  assertOwnFolder(path);
  const { uid, mode } = lstatSync(path);
  const user = process.geteuid?.();
  // In a container, a folder of root can be ours to use and not to change.
  if ((user === uid || user === 0) && (mode & 0o077) !== 0) chmodSync(path, PRIVATE_FOLDER);
}

function assertOwnFolder(path: string): void {
  const problem = folderProblem(path);
  if (problem !== undefined) throw problem;
}

/**
 * Why a folder is not ours to use: it is a symbolic link (`ELOOP`), no folder (`ENOTDIR`), or another user can have put
 * something into it or exchange it (`EOWNER`, `EOTHERS`), because of its own mode or that of the folder it is in. Counts
 * must not end up where somebody else decides, and what somebody else put there is not ours. Undefined if it is ours, or
 * does not exist. Of the folder it is in, links are followed: people keep their settings elsewhere.
 */
export function folderProblem(path: string): NodeJS.ErrnoException | undefined {
  const code = parentProblem(dirname(path)) ?? ownProblem(path);
  return code === undefined ? undefined : systemError(code, path);
}

function ownProblem(path: string): string | undefined {
  const stat = entry(path);
  if (stat === undefined) return undefined;
  if (stat.isSymbolicLink()) return 'ELOOP';
  return stat.isDirectory() ? ownershipProblem(stat) : 'ENOTDIR';
}

/**
 * Why another user can exchange what is in the folder, links followed; undefined if nobody can, or if it does not exist.
 * A volume may have any mode: Kubernetes creates an emptyDir, and some provisioners create volumes, with 0777.
 */
export function parentProblem(folder: string): 'EOWNER' | 'EOTHERS' | undefined {
  let stat: Stats;
  try {
    stat = statSync(folder);
  } catch {
    return undefined; // it does not exist, or cannot be seen: then nothing in it can be read or written
  }
  const problem = ownershipProblem(stat);
  return problem === 'EOTHERS' && isContainer() && isMountPoint(folder) ? undefined : problem;
}
