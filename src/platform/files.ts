import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isContainer, isMountPoint } from './container.js';
import { randomToken } from './crypto.js';
import { systemCode } from './errors.js';
import { ownershipProblem } from './ownership.js';

export const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** The folder of config.json has files of other programs too, so the name says whose file was left behind. */
const TEMPORARY = '.analytics-tmp-';

/**
 * The bytes of a regular file of at most `limit` bytes. Opened without blocking and checked before reading, so that a
 * FIFO, a device, a folder or an endless file under the expected name is an error (`EINVAL`, `EFBIG`), never a hang.
 *
 * @param assertFit throws if the file that was opened must not be read
 * @throws a system error
 */
export function readBytes(
  path: string,
  limit: number,
  follow = false,
  assertFit: (stat: Stats) => void = () => {},
): Buffer {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const fd = openSync(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw systemError('EINVAL', path);
    assertFit(stat);
    if (stat.size > limit) throw systemError('EFBIG', path);
    const bytes = Buffer.alloc(stat.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(fd, bytes, length, bytes.length - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}

/** Like `readBytes`, but undefined if the file is missing or cannot be read. */
export function tryReadText(path: string, limit: number, follow = false): string | undefined {
  try {
    return readBytes(path, limit, follow).toString('utf8');
  } catch {
    return undefined; // the caller treats an unreadable file as a missing one
  }
}

/** Like `tryReadText` for a JSON object; undefined for any other value, arrays included. */
export function tryReadObject(path: string, limit: number): Record<string, unknown> | undefined {
  const text = tryReadText(path, limit);
  return text === undefined ? undefined : parseObject(text);
}

/** Undefined for what is not the JSON of an object. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // the caller treats a torn or foreign file as a missing one
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A new name, in the folder of `path`, that `sweepTemporaries` recognizes. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `${TEMPORARY}${randomToken(6)}`);
}

/** Writes a complete private file under a temporary name beside `path`, and returns its path. */
export function writeTemporary(path: string, bytes: string | Buffer, mode = PRIVATE_FILE): string {
  const temporary = temporaryBeside(path);
  const fd = openSync(temporary, 'wx', mode);
  try {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    let written = 0;
    while (written < buffer.length) written += writeSync(fd, buffer, written);
  } catch (error) {
    closeSync(fd);
    removeFile(temporary);
    throw error;
  }
  closeSync(fd);
  return temporary;
}

/** Replaces `path` in one step. Readers see the old content or the new, never a part, even after a crash. */
export function writeAtomically(path: string, bytes: string | Buffer): void {
  const temporary = writeTemporary(path, bytes);
  try {
    renameSync(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

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
  return ownershipProblem(stat, isContainer() && isMountPoint(folder));
}

/** The names in the folder, sorted; none if it is missing, unreadable or a symbolic link. */
export function listFolder(path: string): string[] {
  try {
    return lstatSync(path).isDirectory() ? readdirSync(path).sort() : [];
  } catch {
    return []; // the caller treats an unreadable folder as an empty one
  }
}

/** Removes a file if possible. A caller to whom it matters checks that the file is gone. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // it is gone already, or cannot be removed
  }
}

/** The stat of a path, links not followed; undefined if it is missing or the file system does not tell. */
export function entry(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined; // the caller treats a file it cannot see as a missing one
  }
}

/**
 * Whether a file exists. Unlike `entry`, this throws if the file system does not tell (EIO, EACCES): a decision that
 * depends on the answer, for example to delete counts, has to wait.
 */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}

/** An older temporary file was left behind by a killed process. */
const ABANDONED_AFTER_MS = 3_600_000;

export function sweepTemporaries(folder: string): void {
  for (const name of listFolder(folder)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const stat = entry(join(folder, name));
    if (stat !== undefined && Date.now() - stat.mtimeMs > ABANDONED_AFTER_MS) removeFile(join(folder, name));
  }
}

export function systemError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
