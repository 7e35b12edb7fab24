import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { monotonicClock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { PRIVATE_FILE } from '../../platform/files.js';
import { ensurePrivateFolder } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import type { Page } from './counter-page.js';
import { newSpoolFile, type SpoolFile } from './spool-files.js';

/** A page that this process counts on and, as soon as it has one, its file. */
export interface OpenPage {
  readonly page: Page;
  /** False while only calls under way have seen the page, and nothing is counted on it. */
  hasCounts: boolean;
  file?: SpoolFile;
  fd?: number;
  /** After a failed write the file lags behind the page; the next write writes all of it. */
  lags: boolean;
  retryAt: number;
}

/** A folder that cannot be written is tried again after this time, not on every call. */
const RETRY_AFTER_MS = 60_000;

export function newOpenPage(page: Page): OpenPage {
  return { page, hasCounts: false, lags: true, retryAt: 0 };
}

/** False for a page whose file could not be created just now. */
export function mayCreateFile({ retryAt }: OpenPage): boolean {
  return retryAt === 0 || monotonicClock() >= retryAt;
}

/** Creates the page's file, still empty. False if that is not possible now. */
export function createFile(open: OpenPage, home: Home): boolean {
  const file = newSpoolFile(home, open.page.day);
  try {
    ensurePrivateFolder(home.data);
    ensurePrivateFolder(home.spool);
    open.fd = openSync(file.path, 'wx', PRIVATE_FILE);
    open.file = file;
    return true;
  } catch (error) {
    debug('spool: %s', causeOf(error));
    open.retryAt = monotonicClock() + RETRY_AFTER_MS;
    return false;
  }
}

/** Brings the page's file up to date, if it has one. Never throws. */
export function writeFile(open: OpenPage): void {
  const { fd, page } = open;
  if (fd === undefined) return;
  try {
    if (open.lags) {
      const bytes = page.bytes();
      put(fd, bytes, 0, bytes.length);
      page.flush(() => {});
    } else {
      // Most calls change one range. A kill between two writes leaves a call half counted that was not answered yet.
      page.flush((buffer, from, length) => put(fd, buffer, from, length));
    }
    open.lags = false;
  } catch (error) {
    open.lags = true;
    debug('spool: %s', causeOf(error));
  }
}

function put(fd: number, buffer: Buffer, from: number, length: number): void {
  if (writeSync(fd, buffer, from, length, from) < length) throw new Error('the disk took only a part');
}

export function closeFile(open: OpenPage): void {
  if (open.fd === undefined) return;
  try {
    closeSync(open.fd);
  } catch {
    // closed or not, the descriptor is not used again
  }
  delete open.fd;
}

/** True if the file was deleted while it was open. */
export function isFileGone({ fd }: OpenPage): boolean {
  if (fd === undefined) return false;
  try {
    return fstatSync(fd).nlink === 0;
  } catch {
    return true; // a descriptor that cannot be asked cannot be trusted with counts
  }
}
