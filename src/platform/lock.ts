import { closeSync, linkSync, openSync, renameSync, writeSync } from 'node:fs';
import { monotonicClock } from './clock.js';
import { randomToken } from './crypto.js';
import { systemCode } from './errors.js';
import { entry, PRIVATE_FILE, removeFile, tryReadText } from './files.js';
import { temporaryBeside } from './temporary-files.js';

/*
 * A lock is a file that O_EXCL creates, so exactly one process creates it. It contains a random token, by which the
 * holder recognizes it. If the holder was stopped for so long that its lock counted as abandoned (Ctrl-Z, a laptop's
 * sleep), it finds another token and gives up, instead of overwriting what happened meanwhile. The token is not a pid,
 * because a pid has no meaning in another container.
 */

/** A holder does only a few synchronous file operations. A killed process left an older lock behind. */
const ABANDONED_AFTER_MS = 3_000;
const RETRY_INTERVAL_MS = 5;

export interface Lock {
  /** Call this right before the change that the lock protects. @throws `ELOCKED` if the lock was lost */
  assertHeld(): void;
}

/**
 * Runs a section, exclusive among all processes, if the lock is free.
 * @returns the result of the section as `{ value }`, or undefined if another process has the lock
 * @throws the errors of the section, and a system error if the folder cannot be written
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

/** The same, but waits for the lock. @throws `ELOCKED` if it does not become free in time */
export async function withLock<T>(path: string, timeoutMs: number, section: (lock: Lock) => T): Promise<T> {
  const until = monotonicClock() + timeoutMs;
  for (;;) {
    const result = tryWithLock(path, section);
    if (result !== undefined) return result.value;
    if (monotonicClock() > until) throw Object.assign(new Error('another process holds the lock'), { code: 'ELOCKED' });
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
  // Two processes may find the same lock abandoned, and the slower one would remove the faster one's new lock. So the
  // lock is moved aside first. A process that has moved another lock than the one it read puts that one back.
  const aside = temporaryBeside(path);
  try {
    renameSync(path, aside);
    if (tryReadText(aside, 64) !== token) linkSync(aside, path);
  } catch {
    // another process was faster
  }
  removeFile(aside);
}
