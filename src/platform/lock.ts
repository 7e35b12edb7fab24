import { closeSync, linkSync, openSync, renameSync, writeSync } from 'node:fs';
import { randomToken } from './crypto.js';
import { systemCode } from './errors.js';
import { entry, PRIVATE_FILE, removeFile, temporaryBeside, tryReadText } from './files.js';

/*
 * A file that O_EXCL creates has one maker. It holds a random token, by which its maker knows it again: a holder that
 * was stopped for so long that its lock was judged abandoned (Ctrl-Z, a laptop's sleep) finds another's token, and
 * gives up instead of undoing what happened meanwhile. No pid: it means nothing in another container.
 */

/** ms. A holder does a few synchronous file operations; a lock this old was left by a kill. */
const ABANDONED_AFTER_MS = 3_000;
const RETRY_INTERVAL_MS = 5;

export interface Lock {
  /** @throws `ELOCKED` where the lock was lost; to be called right before the change that it protects */
  assertHeld(): void;
}

/**
 * Runs a section alone among all processes, if the lock is free.
 * @returns `{ value }` of what the section returned, undefined while somebody else has the lock
 * @throws what the section throws, and a system error where the folder can't be written
 */
export function tryWithLock<T>(path: string, section: (lock: Lock) => T): { readonly value: T } | undefined {
  const token = randomToken(8);
  try {
    create(path, token);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    removeAbandoned(path);
    return undefined;
  }
  const isHeld = () => tryReadText(path, 64) === token;
  const assertHeld = () => {
    if (!isHeld()) throw Object.assign(new Error('the lock was lost'), { code: 'ELOCKED' });
  };
  try {
    return { value: section({ assertHeld }) };
  } finally {
    if (isHeld()) removeFile(path);
  }
}

/** The same, waiting up to `patience` ms. @throws `ELOCKED` where the lock can't be had in that time */
export async function withLock<T>(path: string, patience: number, section: (lock: Lock) => T): Promise<T> {
  const until = performance.now() + patience;
  for (;;) {
    const result = tryWithLock(path, section);
    if (result !== undefined) return result.value;
    if (performance.now() > until)
      throw Object.assign(new Error('another process holds the lock'), { code: 'ELOCKED' });
    await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL_MS * (1 + Math.random())));
  }
}

function create(path: string, token: string): void {
  const fd = openSync(path, 'wx', PRIVATE_FILE);
  try {
    writeSync(fd, token);
  } catch (error) {
    removeFile(path); // a full disk must not leave a lock that nobody holds
    throw error;
  } finally {
    closeSync(fd);
  }
}

function removeAbandoned(path: string): void {
  const seen = entry(path);
  const token = tryReadText(path, 64);
  if (seen?.isFile() !== true || Math.abs(Date.now() - seen.mtimeMs) < ABANDONED_AFTER_MS) return;
  // Two processes may judge the same lock abandoned, and the slower would remove the faster one's new lock. So move it
  // aside first: whoever moved another lock than the one it judged puts that one back.
  const aside = temporaryBeside(path);
  try {
    renameSync(path, aside);
    if (tryReadText(aside, 64) !== token) linkSync(aside, path);
  } catch {
    // somebody else was faster, in either direction
  }
  removeFile(aside);
}
