import { realpathSync } from 'node:fs';
import { systemCode } from '../../platform/errors.js';
import { entry } from '../../platform/files.js';
import { makeFolder } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { editKey } from '../../platform/json-text.js';
import { type Lock, tryWithLock, withLock } from '../../platform/lock.js';
import { removeTemporariesOf, sweepTemporaries } from '../../platform/temporary-files.js';
import {
  type ConfigState,
  isForeign,
  parseConfig,
  parseObject,
  readConfig,
  readOwnConfig,
} from '../consent/config-file.js';
import { NotUnderstood, notWritten } from './config-problem.js';
import { type Replaced, replaceFile } from './replace-file.js';

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
 * @param onDamage what to do with a file that cannot be understood: only `enable --replace` and an opt-out may
 *   `replace`
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

interface Old extends Replaced {
  /** The text, if it is a JSON object and can be edited. Otherwise the file is replaced. */
  readonly text?: string;
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
