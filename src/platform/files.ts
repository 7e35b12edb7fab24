import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { systemCode } from './errors.js';

export const PRIVATE_FILE = 0o600;

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

/**
 * Like `readBytes`, for a setting. Where the file was replaced after it was opened, the new one is read. Where the path
 * keeps leading to a file that has no name any more, it is an error: a file that is mounted by itself stays the old one
 * for the container when it is replaced outside.
 * @throws a system error: `ESTALE` for a file without a name
 */
export function readCurrentBytes(
  path: string,
  limit: number,
  follow = false,
  assertFit: (stat: Stats) => void = () => {},
): Buffer {
  const read = () =>
    readBytes(path, limit, follow, (stat) => {
      if (stat.nlink === 0) throw systemError('ESTALE', path);
      assertFit(stat);
    });
  try {
    return read();
  } catch (error) {
    if (systemCode(error) !== 'ESTALE') throw error;
    return read();
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

/** The names in the folder, sorted; none if it is missing, unreadable or a symbolic link. */
export function listFolder(path: string): string[] {
  try {
    return lstatSync(path).isDirectory() ? readdirSync(path).sort() : [];
  } catch {
    return []; // the caller treats an unreadable folder as an empty one
  }
}

/** Removes a file if possible. True if this call did; otherwise it is gone already, or cannot be removed. */
export function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false; // a caller to whom it matters looks whether the file is gone
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

export function systemError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
