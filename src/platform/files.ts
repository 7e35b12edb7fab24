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
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { randomToken } from './crypto.js';
import { systemCode } from './errors.js';

export const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** config.json's folder has other programs' files too, so the name says whose a left-over is. */
const TEMPORARY = '.analytics-tmp-';

/**
 * The bytes of a regular file of at most `limit` bytes. Opened without blocking and checked before reading, so that a
 * FIFO, a device, a folder or an endless file under the expected name is an error (`EINVAL`, `EFBIG`), never a hang.
 * @throws a system error
 */
export function readBytes(path: string, limit: number, follow = false): Buffer {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const fd = openSync(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw systemError('EINVAL', path);
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

/** Like `readBytes`, undefined where the file is missing or can't be read. */
export function tryReadText(path: string, limit: number, follow = false): string | undefined {
  try {
    return readBytes(path, limit, follow).toString('utf8');
  } catch {
    return undefined; // the caller treats an unreadable file as one that is not there
  }
}

/** Like `tryReadText` for JSON; anything that is not an object (arrays included) is undefined. */
export function tryReadObject(path: string, limit: number): Record<string, unknown> | undefined {
  const text = tryReadText(path, limit);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // torn or foreign: as good as missing
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name that `sweepTemporaries` knows, in the folder of `path`. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `${TEMPORARY}${randomToken(6)}`);
}

/** Creates a file that nobody else can read, whole, under a temporary name beside `path`; returns that name. */
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

/** Replaces `path` in one step: a reader, or a crash, sees the old content or the new, never a part. */
export function writeAtomically(path: string, bytes: string | Buffer): void {
  const temporary = writeTemporary(path, bytes);
  try {
    renameSync(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

/**
 * Creates the folder and its parents, private. For a read-only file system Node's recursive mkdir says `ENOENT`; asked
 * for the last level alone, the system says what is wrong.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: PRIVATE_FOLDER });
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    mkdirSync(path, PRIVATE_FOLDER);
  }
}

/**
 * Creates the folder and its parents, private, or makes it so. Refuses (`ELOOP`, `ENOTDIR`, `EPERM`) one that is a
 * symbolic link, no folder, or another user's: counts must not end up where somebody else decides.
 */
export function ensurePrivateFolder(path: string): void {
  makeFolder(path);
  const problem = folderProblem(path);
  if (problem !== undefined) throw systemError(problem, path);
  if (process.platform !== 'win32' && (lstatSync(path).mode & 0o077) !== 0) chmodSync(path, PRIVATE_FOLDER);
}

/** The system's code for why a folder is not ours to use; undefined where it is, or does not exist. */
export function folderProblem(path: string): 'ELOOP' | 'ENOTDIR' | 'EPERM' | undefined {
  const stat = entry(path);
  if (stat === undefined) return undefined;
  if (stat.isSymbolicLink()) return 'ELOOP';
  if (!stat.isDirectory()) return 'ENOTDIR';
  const uid = process.getuid?.();
  return uid !== undefined && uid !== 0 && stat.uid !== uid ? 'EPERM' : undefined;
}

/** Names in the folder, sorted; none where it is missing, unreadable or a symbolic link. */
export function listFolder(path: string): string[] {
  try {
    return lstatSync(path).isDirectory() ? readdirSync(path).sort() : [];
  } catch {
    return []; // an unreadable folder has nothing for us
  }
}

/** Removes a file if it can. Where it matters that it is gone, the caller looks again. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // gone already, or it can't be removed
  }
}

/** The entry itself, links not followed; undefined where there is none or where it can't be seen. */
export function entry(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined; // a missing file and one behind a closed door are the same to us
  }
}

/**
 * Whether anything stands there. Unlike `entry` it throws where that can't be seen (EIO, EACCES): what is decided by
 * the answer, such as to delete what was counted, has to wait.
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

/** Temporary files that a killed process left behind: nobody finishes one after this many milliseconds. */
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
