import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../../platform/errors.js';
import { entry, removeFile, systemError } from '../../platform/files.js';
import type { Lock } from '../../platform/lock.js';
import { writeTemporary } from '../../platform/temporary-files.js';

/** What is known of the file that is replaced. */
export interface Replaced {
  /** False where a copy has to be kept: the file is damaged, of a newer version, or foreign. */
  readonly isUnderstood: boolean;
  /** Somebody else can have written it. */
  readonly isForeign: boolean;
}

/**
 * Replaces the file by one with the same mode and owner. The new file is durable when this returns. Until the last
 * step, which is one rename, the old file is in its place.
 *
 * @returns the path of the copy of the old file, if one was kept
 */
export function replaceFile(
  path: string,
  text: string,
  lock: Lock,
  { isUnderstood, isForeign }: Replaced,
): string | undefined {
  const old = entry(path);
  const temporary = writeTemporary(path, text);
  try {
    const fd = openSync(temporary, 'r+');
    try {
      if (old !== undefined) {
        // The new file is one that counts, so nobody else may write it.
        fchmodSync(fd, old.mode & (isForeign ? 0o755 : 0o777));
        if (process.getuid?.() === 0) fchownSync(fd, old.uid, old.gid);
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    lock.assertHeld();
    const keptCopy = isUnderstood ? undefined : keepCopy(path);
    renameSync(temporary, path);
    syncFolder(dirname(path));
    return keptCopy;
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

/** Gives the file that is about to be replaced a second name, which also keeps a file that cannot be read. */
function keepCopy(path: string): string {
  // A device, a pipe or a folder is not a settings file, and not ours to move.
  if (entry(path)?.isFile() !== true) throw systemError('EINVAL', path);
  for (let number = 1; ; number += 1) {
    const copy = join(dirname(path), `${basename(path)}.kept-${number}`);
    if (entry(copy) !== undefined) continue;
    try {
      linkSync(path, copy);
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue;
      copyFileSync(path, copy, constants.COPYFILE_EXCL); // the file system has no hard links
    }
    return copy;
  }
}

/** An opt-out must survive a power cut, and a rename is recorded in the folder, not in the file. */
function syncFolder(path: string): void {
  try {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Windows cannot sync a folder; its file system does that itself
  }
}
