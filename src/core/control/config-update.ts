import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as LIBRARY_ERRORS from '../../platform/error-table/library.js';
import { AnalyticsError, causeOf, systemCode } from '../../platform/errors.js';
import { entry, makeFolder, readBytes, removeFile, sweepTemporaries, writeTemporary } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { editKey } from '../../platform/json-text.js';
import { type Lock, tryWithLock, withLock } from '../../platform/lock.js';
import { type ConfigState, MAX_CONFIG_BYTES, parseConfig, parseObject, readConfig } from '../consent/config-file.js';

/** New values by key; undefined removes the key. */
export type Changes = Readonly<Record<string, unknown>>;

export interface Update {
  /** Where a file that could not be understood was kept, before it was replaced. */
  readonly keptCopy?: string;
}

/** How long an explicit change waits for other processes' changes, ms. Longer than a killed one's lock lasts. */
const LOCK_TIMEOUT_MS = 8_000;

/**
 * Changes our keys in config.json: atomically, one process at a time, every other byte as it was, through a symbolic
 * link, with the file's mode and owner.
 *
 * @param onDamage what to do with a file that can't be understood: only an explicit yes or no may `replace` it, and a
 *   copy is kept then (P2)
 * @throws AnalyticsError `CONFIG_NOT_WRITTEN`; the file is then as it was
 */
export async function updateConfig(home: Home, changes: Changes, onDamage: 'replace' | 'refuse'): Promise<Update> {
  try {
    makeFolder(home.folder);
    sweepTemporaries(home.folder);
    return await withLock(lockOf(home.config), LOCK_TIMEOUT_MS, (lock) => change(home, changes, onDamage, lock));
  } catch (error) {
    throw notWritten(home, error);
  }
}

/**
 * The same for the hint flag, from inside a server: gives up at once while another process changes the file, and only
 * where `unless` does not hold of the file as it is under the lock. Never replaces a damaged file.
 *
 * @returns whether the change was made
 */
export function tryUpdateConfig(home: Home, changes: Changes, unless: (config: ConfigState) => boolean): boolean {
  try {
    makeFolder(home.folder);
    const done = tryWithLock(lockOf(home.config), (lock) => {
      if (unless(readConfig(home.config))) return false;
      change(home, changes, 'refuse', lock);
      return true;
    });
    return done?.value ?? false;
  } catch {
    return false; // a read-only, damaged or foreign file: where it can't be remembered it is not shown (P9)
  }
}

function lockOf(config: string): string {
  return `${config}.analytics-lock`; // not a name that other programs use for theirs
}

function change(home: Home, changes: Changes, onDamage: 'replace' | 'refuse', lock: Lock): Update {
  const target = resolveLink(home.config);
  const old = readOld(target);
  if (!old.isUnderstood && onDamage === 'refuse') throw new NotUnderstood();
  let text = old.text ?? EMPTY;
  for (const [key, value] of Object.entries(changes)) {
    text = editKey(text, key, value === undefined ? undefined : JSON.stringify(value));
  }
  if (old.isUnderstood && text === (old.text ?? EMPTY)) return {};
  const keptCopy = writeLike(target, text, lock, !old.isUnderstood);
  return keptCopy === undefined ? {} : { keptCopy };
}

const EMPTY = '{}\n';

function resolveLink(path: string): string {
  return entry(path)?.isSymbolicLink() ? realpathSync(path) : path;
}

interface Old {
  /** The file's text where it is a JSON object, which is then edited; anything else is replaced. */
  readonly text?: string;
  /** False where a copy has to be kept: the file is damaged, or of a newer version. */
  readonly isUnderstood: boolean;
}

function readOld(path: string): Old {
  try {
    const bytes = readBytes(path, MAX_CONFIG_BYTES);
    const isUnderstood = parseConfig(path, bytes).state === 'ok';
    const isObject = parseObject(path, bytes) !== undefined;
    return { isUnderstood, ...(isObject && { text: bytes.toString('utf8') }) };
  } catch (error) {
    return { isUnderstood: systemCode(error) === 'ENOENT' };
  }
}

/**
 * Replaces the file by one with the same mode and owner, durable before anybody is told that it is done. Until the
 * last step, which is one rename, the old file stands where it was.
 *
 * @returns where a copy of the old file was kept
 */
function writeLike(path: string, text: string, lock: Lock, keepsCopy: boolean): string | undefined {
  const old = entry(path);
  const temporary = writeTemporary(path, text);
  try {
    const fd = openSync(temporary, 'r+');
    try {
      if (old !== undefined) {
        fchmodSync(fd, old.mode & 0o777);
        if (process.getuid?.() === 0) fchownSync(fd, old.uid, old.gid);
      }
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    lock.assertHeld();
    const keptCopy = keepsCopy ? keep(path) : undefined;
    renameSync(temporary, path);
    syncFolder(dirname(path));
    return keptCopy;
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

/** Gives the file that is about to be replaced a second name; what can't be read can be kept that way too. */
function keep(path: string): string {
  // A device, a pipe or a folder is no settings file, and not ours to move.
  if (entry(path)?.isFile() !== true) throw new Error('it is not a regular file');
  for (let number = 1; ; number += 1) {
    const copy = join(dirname(path), `${basename(path)}.kept-${number}`);
    if (entry(copy) !== undefined) continue;
    try {
      linkSync(path, copy);
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue;
      copyFileSync(path, copy, constants.COPYFILE_EXCL); // no hard links here
    }
    return copy;
  }
}

/** A no must survive a power cut: the rename is in the folder, not in the file. */
function syncFolder(path: string): void {
  try {
    const fd = openSync(path, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Windows can't; there the file system does it
  }
}

function notWritten({ config: file }: Home, cause: unknown): AnalyticsError {
  if (cause instanceof NotUnderstood) {
    const { problem } = readConfig(file);
    return new AnalyticsError(LIBRARY_ERRORS.configNotUnderstood, { problem }, { cause });
  }
  if (systemCode(cause) === 'ELOCKED') {
    return new AnalyticsError(LIBRARY_ERRORS.configLocked, { file, lock: lockOf(file) }, { cause });
  }
  return new AnalyticsError(LIBRARY_ERRORS.configNotWritten, { file, cause: causeOf(cause) }, { cause });
}

/** Only an opt-in or an opt-out may replace such a file. */
class NotUnderstood extends Error {}
