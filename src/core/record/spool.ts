import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { ensurePrivateFolder, PRIVATE_FILE, removeFile } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import type { Day } from '../../schema/calendar.js';
import type { Gate } from '../consent/gate.js';
import { type Declaration, writeDeclaration } from '../consent/server-declaration.js';
import { createPage, type Page } from './counter-page.js';
import { newSpoolFile, type SpoolFile } from './spool-files.js';

/** The counts of this process that no report holds yet, and where they are on disk. */
export interface Unclosed {
  readonly page: Page;
  /** Undefined where the folder can't be written: then the memory is all there is. */
  readonly file: SpoolFile | undefined;
}

/** This process's counters, on disk before the response leaves. Nothing here throws. */
export interface Spool {
  /** Counts one call (or use). The caller has just asked the gate. `cells` is asked in the era that it counts in. */
  add(day: Day, line: string, cells: (era: string) => readonly string[]): void;
  /** Changes with the day, and whenever what was counted is gone. What is remembered from another era is void. */
  era(day: Day): string;
  /** Everything this process holds: today, and earlier days that could not be written. */
  unclosed(): Unclosed[];
  /** Forgets pages, and with `erase` their files too. */
  forget(pages: readonly Page[] | 'all', erase: boolean): void;
}

interface Open {
  readonly page: Page;
  file?: SpoolFile;
  fd?: number;
  /** After a failed write the file lags behind the page; the next write brings all of it. */
  lags: boolean;
  retryAt: number;
}

/** A folder that can't be written is tried again after this many ms, not on every call. */
const RETRY_AFTER = 60_000;
/** Days kept in memory where the folder can't be written. */
const MOST_UNWRITTEN = 7;

export function createSpool(home: Home | undefined, gate: Gate, declaration: Declaration): Spool {
  let days: Open[] = [];
  let forgotten = 0;
  let current = { day: '', era: '' };
  const era = (day: Day): string => {
    if (current.day !== day) current = { day, era: `${day} ${forgotten}` };
    return current.era;
  };

  function openDay(day: Day): Open {
    const known = days.find((one) => one.page.day === day);
    if (known !== undefined) return known;
    // A file of another day is on disk and complete; whoever closes that day reads it there.
    for (const one of days) {
      if (one.fd !== undefined && one.lags) write(one, one.fd); // the last chance
      release(one);
    }
    days = days.filter((one) => one.file === undefined).slice(-MOST_UNWRITTEN);
    const fresh: Open = { page: createPage(day), lags: true, retryAt: 0 };
    days.push(fresh);
    return fresh;
  }

  function add(day: Day, line: string, cells: (era: string) => readonly string[]): void {
    let open = openDay(day);
    if (open.fd !== undefined && isGone(open.fd)) {
      // Deleted under us, by `clear`, `disable` or by hand: what it held is meant to be gone.
      forget([open.page], false);
      open = openDay(day);
    }
    open.page.add(line, cells(era(day)));
    if (open.fd === undefined && home !== undefined && performance.now() >= open.retryAt) create(home, open);
    if (open.fd !== undefined) write(open, open.fd);
  }

  function create(home: Home, open: Open): void {
    const file = newSpoolFile(home, open.page.day);
    try {
      ensurePrivateFolder(home.data);
      ensurePrivateFolder(home.spool);
      open.fd = openSync(file.path, 'wx', PRIVATE_FILE);
      open.file = file;
    } catch (error) {
      debug('spool: %s', causeOf(error));
      open.retryAt = performance.now() + RETRY_AFTER;
      return;
    }
    // P10. `disable` first writes its no, then deletes the files there are. Either it saw this (still empty) file, or
    // the file is younger than the no, and this second look sees the no. Nothing of the day is in it before that.
    if (!gate.check().enabled) {
      forget('all', true);
      return;
    }
    try {
      writeDeclaration(home, declaration);
    } catch (error) {
      debug('server.json: %s', causeOf(error)); // only the command line misses it
    }
  }

  function write(open: Open, fd: number): void {
    const put = (bytes: Buffer, position: number) => {
      if (writeSync(fd, bytes, 0, bytes.length, position) < bytes.length) throw new Error('the disk took only a part');
    };
    try {
      if (open.lags) {
        put(open.page.bytes(), 0);
        open.page.flush(() => {});
      } else {
        // One slot for most calls; a kill between two leaves a call half counted that was not answered yet.
        open.page.flush(put);
      }
      open.lags = false;
    } catch (error) {
      open.lags = true;
      debug('spool: %s', causeOf(error));
    }
  }

  function forget(pages: readonly Page[] | 'all', erase: boolean): void {
    const going = days.filter(({ page }) => pages === 'all' || pages.includes(page));
    for (const one of going) {
      release(one);
      if (erase && one.file !== undefined) removeFile(one.file.path);
    }
    days = days.filter((one) => !going.includes(one));
    forgotten += 1;
    current = { day: '', era: '' };
  }

  return { add, era, forget, unclosed: () => days.map(({ page, file }) => ({ page, file })) };
}

function release(open: Open): void {
  if (open.fd === undefined) return;
  try {
    closeSync(open.fd);
  } catch {
    // closed or not, it is of no more use
  }
  delete open.fd;
}

function isGone(fd: number): boolean {
  try {
    return fstatSync(fd).nlink === 0;
  } catch {
    return true; // a descriptor that can't be asked can't be trusted with counts
  }
}
