import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AnalyticsError, causeOf, systemCode } from '../platform/errors.js';
import { entry, PRIVATE_FOLDER, readBytes, removeFile, writeTemporary } from '../platform/files.js';
import type { Home } from '../platform/home.js';
import { tryLock, withLock } from '../platform/lock.js';
import { type ConfigState, MOST_CONFIG_BYTES, parseConfig, readConfig } from './config-file.js';
import { editKey } from './json-edit.js';

/** New values by key; undefined removes the key. */
export type Changes = Readonly<Record<string, unknown>>;

export interface Update {
  /** Where a file that could not be understood was kept, before it was replaced. */
  readonly keptCopy?: string;
}

/** How long an explicit change waits for other processes' changes, ms. */
const PATIENCE = 5_000;

/**
 * Changes our keys in config.json: atomically, one process at a time, every other byte as it was, through a symbolic
 * link, with the file's mode and owner. A damaged or unreadable file is kept under another name and replaced.
 *
 * @throws AnalyticsError `CONFIG_NOT_WRITTEN`; the file is then as it was
 */
export async function updateConfig(home: Home, changes: Changes): Promise<Update> {
  try {
    mkdirSync(home.folder, { recursive: true, mode: PRIVATE_FOLDER });
    return await withLock(lockOf(home), PATIENCE, () => replace(home, changes));
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
    mkdirSync(home.folder, { recursive: true, mode: PRIVATE_FOLDER });
    const release = tryLock(lockOf(home));
    if (release === undefined) return false;
    try {
      const config = readConfig(home.config);
      if (!isWhole(config) || unless(config)) return false;
      replace(home, changes);
      return true;
    } finally {
      release();
    }
  } catch {
    return false; // a read-only or foreign home: where it can't be remembered it is not shown (P9)
  }
}

function lockOf(home: Home): string {
  return `${home.config}.lock`;
}

function isWhole(config: ConfigState): boolean {
  return config.state === 'ok' || config.state === 'missing';
}

function replace(home: Home, changes: Changes): Update {
  const target = resolveLink(home.config);
  const old = readOld(target);
  const whole = old === undefined || (old !== 'unreadable' && parseConfig(target, old).state !== 'invalid');
  const keptCopy = whole && !isNewer(target, old) ? undefined : keep(target, old === 'unreadable');
  let text = Buffer.isBuffer(old) && whole ? old.toString('utf8') : '{}\n';
  for (const [key, value] of Object.entries(changes)) {
    text = editKey(text, key, value === undefined ? undefined : JSON.stringify(value));
  }
  writeLike(target, text);
  return keptCopy === undefined ? {} : { keptCopy };
}

function isNewer(target: string, old: Buffer | 'unreadable' | undefined): boolean {
  return Buffer.isBuffer(old) && parseConfig(target, old).state === 'newer';
}

function resolveLink(path: string): string {
  if (!entry(path)?.isSymbolicLink()) return path;
  return realpathSync(path);
}

function readOld(path: string): Buffer | 'unreadable' | undefined {
  try {
    return readBytes(path, MOST_CONFIG_BYTES);
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? undefined : 'unreadable';
  }
}

/** Keeps what we are about to replace. What can't be read can't be copied, but it can be moved aside. */
function keep(path: string, move: boolean): string {
  if (entry(path)?.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  for (let number = 1; ; number += 1) {
    const copy = join(dirname(path), `${basename(path)}.kept-${number}`);
    if (entry(copy) !== undefined) continue;
    if (move) renameSync(path, copy);
    else copyFileSync(path, copy, constants.COPYFILE_EXCL);
    return copy;
  }
}

/** Replaces the file by one with the same mode and owner, durable before anybody is told that it is done. */
function writeLike(path: string, text: string): void {
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
    renameSync(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

function notWritten(home: Home, error: unknown): AnalyticsError {
  const cause = systemCode(error) === 'ELOCKED' ? `another process keeps ${lockOf(home)}` : causeOf(error);
  const next =
    'Nothing was changed. Make the file writable, or decide with the environment variable DOT_AI_ANALYTICS=true or =false.';
  return new AnalyticsError('CONFIG_NOT_WRITTEN', `${home.config} could not be written: ${cause}. ${next}`, {
    cause: error,
  });
}
