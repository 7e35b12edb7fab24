import { closeSync, constants, fsyncSync, futimesSync, openSync, readSync, writeSync } from 'node:fs';
import { AnalyticsError, systemCode } from '../../platform/errors.js';
import type { Home } from '../../platform/home.js';
import { findMembers } from '../../platform/json-text.js';
import { KEYS, parseObject, readConfig, readOwnConfig } from '../consent/config-file.js';
import { removePin } from '../deliver/pin.js';
import { resolveLink, updateConfig } from './config-update.js';
import { deleteWaiting, purgeAll, purgeUnsent } from './delete-data.js';

export interface SavedOptOut {
  /** The path of the copy of a damaged config file that was replaced. */
  readonly keptCopy?: string;
  /** True if no new file could be written, so that `true` was overwritten with `null`, which means off too. */
  readonly isInPlace: boolean;
}

/**
 * Saves an opt-out, also where no new file can be written: on a full disk (unsent data is deleted to make room) and
 * where a file can be written but not replaced. After a kill at any moment the setting is the old one or off.
 *
 * @throws AnalyticsError `CONFIG_NOT_WRITTEN`; the setting is then unchanged
 */
export async function saveOptOut(home: Home): Promise<SavedOptOut> {
  try {
    return await replace(home);
  } catch (error) {
    if (hasCode(error, ['ELOCKED'])) throw error; // the holder of the lock would overwrite it
    return (hasCode(error, FULL) ? await replaceInFreedSpace(home) : undefined) ?? overwrite(home, error);
  }
}

const FULL = ['ENOSPC', 'EDQUOT'];

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof AnalyticsError && codes.includes(systemCode(error.cause) ?? '');
}

async function replace(home: Home): Promise<SavedOptOut> {
  const changes = { [KEYS.analytics]: false, [KEYS.acceptedSchema]: undefined, [KEYS.recipient]: undefined };
  return { ...(await updateConfig(home, changes, 'replace')), isInPlace: false };
}

async function replaceInFreedSpace(home: Home): Promise<SavedOptOut | undefined> {
  deleteWaiting(home);
  try {
    return await replace(home);
  } catch {
    return undefined; // still full, or running servers were faster
  }
}

function overwrite(home: Home, cause: unknown): SavedOptOut {
  try {
    overwriteTrue(resolveLink(home.config));
  } catch {
    throw cause; // the reason why the file cannot be replaced tells more
  }
  const { analytics } = readConfig(home.config);
  if (analytics !== null && analytics !== false) throw cause;
  return { isInPlace: true };
}

const ON = Buffer.from('true');
const OFF = Buffer.from('null');

/**
 * Overwrites the setting `true` with `null` in place. Both have four bytes, so one write changes the setting and needs
 * no space. No lock is taken, because that needs space too. A process that replaces the file at this moment fails as
 * well, or the caller sees its file when it reads the setting afterward.
 */
function overwriteTrue(path: string): void {
  const bytes = readOwnConfig(path, false);
  if (parseObject(path, bytes) === undefined) return;
  const text = bytes.toString('utf8');
  const { O_RDWR, O_NOFOLLOW = 0 } = constants;
  const fd = openSync(path, O_RDWR | O_NOFOLLOW);
  try {
    for (const { valueStart } of findMembers(text, KEYS.analytics)) {
      const at = Buffer.byteLength(text.slice(0, valueStart));
      if (isOnAt(fd, at)) writeSync(fd, OFF, 0, OFF.length, at);
    }
    touch(fd);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The file that was opened may be another one than the file that was read. */
function isOnAt(fd: number, at: number): boolean {
  const found = Buffer.alloc(ON.length);
  return readSync(fd, found, 0, found.length, at) === ON.length && found.equals(ON);
}

/**
 * Size and inode stay the same, and a write within one tick of the clock keeps the time, by which servers see a change.
 */
function touch(fd: number): void {
  try {
    const now = Date.now() / 1000;
    futimesSync(fd, now, now);
  } catch {
    // the file is another user's (root's): the write itself has set its times
  }
}

export interface Deletion {
  /** Whether everything that had to be deleted is gone. */
  readonly deleted: boolean;
  /** `DATA_NOT_DELETED`: what is left and why. */
  readonly problem?: AnalyticsError;
}

/** After an opt-out: deletes what was not sent, with `purge` also the copies of what was sent. */
export async function deleteRecorded(home: Home, purge: boolean): Promise<Deletion> {
  try {
    await (purge ? purgeAll : purgeUnsent)(home);
    return { deleted: true };
  } catch (error) {
    if (error instanceof AnalyticsError) return { deleted: false, problem: error };
    throw error;
  } finally {
    removePin(home); // the recipient belongs to the consent that ended
  }
}
