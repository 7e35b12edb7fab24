import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { randomToken } from './crypto.js';
import { entry, listFolder, PRIVATE_FILE, removeFile } from './files.js';

/** The folder of config.json has files of other programs too, so the name says whose file was left behind. */
const TEMPORARY = '.analytics-tmp-';

/** A new name, in the folder of `path`, that `sweepTemporaries` and `removeTemporariesOf` recognize. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `${temporaryPrefix(path)}${randomToken(6)}`);
}

const temporaryPrefix = (path: string) => `${TEMPORARY}${basename(path)}-`;

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

/** Afterward, the writer of such a file can no longer put it into the place of `path`. */
export function removeTemporariesOf(path: string): void {
  for (const name of listFolder(dirname(path))) {
    if (name.startsWith(temporaryPrefix(path))) removeFile(join(dirname(path), name));
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
