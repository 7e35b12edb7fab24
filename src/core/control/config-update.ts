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
import { systemCode } from '../../platform/errors.js';
import {
  entry,
  removeFile,
  removeTemporariesOf,
  sweepTemporaries,
  systemError,
  writeTemporary,
} from '../../platform/files.js';
import { makeFolder } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { editKey } from '../../platform/json-text.js';
import { type Lock, tryWithLock, withLock } from '../../platform/lock.js';
import {
  type ConfigState,
  isForeign,
  parseConfig,
  parseObject,
  readConfig,
  readOwnConfig,
} from '../consent/config-file.js';
import { NotUnderstood, notWritten } from './config-problem.js';

/** New values by key; undefined removes the key. */
export type Changes = Readonly<Record<string, unknown>>;

export interface Update {
  /** The path of the copy of a damaged file that was replaced. */
  readonly keptCopy?: string;
}

/** How long an explicit change waits for the lock. Longer than the lock of a killed process lasts. */
const LOCK_TIMEOUT_MS = 8_000;

/**
 * Changes our keys in config.json atomically, one process at a time. Every other byte, the file's mode and its owner
 * stay the same. A symbolic link stays, and its target is changed.
 *
 * @param onDamage what to do with a file that cannot be understood: only `enable --replace` and an opt-out may `replace`
 *   it, and then a copy is kept (P2)
 * @param unless nothing is changed if this is true of the file as it is under the lock
 * @throws AnalyticsError `CONFIG_NOT_WRITTEN`; the file is then unchanged
 */
export async function updateConfig(
  home: Home,
  changes: Changes,
  onDamage: 'replace' | 'refuse',
  unless: (config: ConfigState) => boolean = () => false,
): Promise<Update> {
  try {
    makeFolder(home.folder);
    sweepTemporaries(home.folder);
    return await withLock(lockOf(home.config), LOCK_TIMEOUT_MS, (lock) =>
      unless(readConfig(home.config)) ? {} : change(home, changes, onDamage, lock),
    );
  } catch (error) {
    throw await notWritten(home, lockOf(home.config), error);
  }
}

/**
 * The same for the hint flag, from inside a server. Does nothing if another process is changing the file, if `unless`
 * is true of the file as it is under the lock, or if the file is damaged.
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
    return false; // the file is read-only, damaged or foreign: a hint that cannot be remembered is not shown (P9)
  }
}

function lockOf(config: string): string {
  return `${config}.analytics-lock`; // not a name that another program would use for its lock
}

function change(home: Home, changes: Changes, onDamage: 'replace' | 'refuse', lock: Lock): Update {
  const target = resolveLink(home.config);
  // A holder that lost the lock while it was stopped right before its rename finds nothing to rename when it goes on.
  removeTemporariesOf(target);
  const old = readOld(target);
  if (!old.isUnderstood && onDamage === 'refuse') throw new NotUnderstood();
  let text = old.text ?? EMPTY;
  for (const [key, value] of Object.entries(changes)) {
    text = editKey(text, key, value === undefined ? undefined : JSON.stringify(value));
  }
  if (old.isUnderstood && text === (old.text ?? EMPTY)) return {};
  const keptCopy = replaceFile(target, text, lock, old);
  return keptCopy === undefined ? {} : { keptCopy };
}

const EMPTY = '{}\n';

/** The file that a symbolic link at this path leads to. @throws a system error */
export function resolveLink(path: string): string {
  return entry(path)?.isSymbolicLink() ? realpathSync(path) : path;
}

interface Old {
  /** The text, if it is a JSON object and can be edited. Otherwise the file is replaced. */
  readonly text?: string;
  /** False where a copy has to be kept: the file is damaged, of a newer version, or foreign. */
  readonly isUnderstood: boolean;
  /** Somebody else can have written it. */
  readonly isForeign: boolean;
}

function readOld(path: string): Old {
  try {
    const bytes = readOwnConfig(path, false);
    const isUnderstood = parseConfig(path, bytes).state === 'ok';
    const isObject = parseObject(path, bytes) !== undefined;
    return { isUnderstood, isForeign: false, ...(isObject && { text: bytes.toString('utf8') }) };
  } catch (error) {
    return { isUnderstood: systemCode(error) === 'ENOENT', isForeign: isForeign(error) };
  }
}

/**
 * Replaces the file by one with the same mode and owner. The new file is durable when this returns. Until the last
 * step, which is one rename, the old file is in its place.
 *
 * @returns the path of the copy of the old file, if one was kept
 */
function replaceFile(path: string, text: string, lock: Lock, { isUnderstood, isForeign }: Old): string | undefined {
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

/** Gives the file that is about to be replaced a second name; what can't be read can be kept that way too. */
function keepCopy(path: string): string {
  // A device, a pipe or a folder is no settings file, and not ours to move.
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
