import { closeSync, constants, copyFileSync, existsSync, fsyncSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { removeFile } from '../../platform/files.js';
import { guard } from '../../platform/guard.js';
import { temporaryBeside } from '../../platform/temporary-files.js';
import { walOf } from './database.js';

/** Tells whether an open database still is where its path says. */
export interface Place {
  /** @throws an error if the file or its log was deleted, replaced or cut off */
  assertKept(): void;
  /** Whether the file itself is there; its log may be missing. */
  isThere(): boolean;
}

interface Seen {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
}

const look = (path: string): Seen | undefined => statSync(path, { throwIfNoEntry: false });

/**
 * A process that has a file open writes on after it was deleted, into what nobody will read. The inode of an open file
 * is not given to another, so that a difference is certain. A database in use never becomes shorter.
 */
export function rememberPlace(file: string): Place {
  let main = look(file);
  const log = look(walOf(file));
  return {
    assertKept() {
      const now = look(file);
      if (!isSame(main, now) || !isSame(log, look(walOf(file)))) throw new Error(`${file} was deleted or replaced`);
      if (now !== undefined && main !== undefined && now.size < main.size) throw new Error(`${file} was overwritten`);
      main = now;
    },
    isThere: () => isSame(main, look(file)),
  };
}

const isSame = (a: Seen | undefined, b: Seen | undefined) =>
  a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;

/**
 * Puts copies in the place of the files. The former owner cannot be seen: it may be stopped in the middle of a commit,
 * and would write into the new owner's log when it resumes. So its files get other inodes than the new owner's. What it
 * acknowledged is in the copies, because it acknowledges nothing once it does not own the database. The log is copied
 * first, since it can be applied to a later state of the database, and not the other way around.
 *
 * @throws a system error
 */
export function separate(file: string): void {
  const copies = [walOf(file), file].filter((path) => existsSync(path)).map((path) => ({ path, copy: copyOf(path) }));
  for (const { path, copy } of copies) renameSync(copy, path);
  guard(() => sync(dirname(file)));
}

function copyOf(path: string): string {
  const copy = temporaryBeside(path);
  try {
    copyFileSync(path, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    sync(copy);
    return copy;
  } catch (error) {
    removeFile(copy);
    throw error;
  }
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
