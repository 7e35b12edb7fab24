import { removeFile } from '../../platform/files.js';
import { guard } from '../../platform/guard.js';
import type { Home } from '../../platform/home.js';
import type { Day } from '../../schema/calendar.js';
import { MAX_DAYS_IN_MEMORY } from '../../schema/limits.js';
import type { Gate } from '../consent/gate.js';
import type { Declaration } from '../consent/server-declaration.js';
import { createPage, type Page } from './counter-page.js';
import { writeDeclaration } from './declare.js';
import {
  closeFile,
  createFile,
  isFileGone,
  mayCreateFile,
  newOpenPage,
  type OpenPage,
  writeFile,
} from './open-page.js';
import type { SpoolFile } from './spool-files.js';
import { unwrittenCounts } from './unwritten-counts.js';

/** The counters of this process, on disk before the response leaves. */
export interface Spool {
  readonly home: Home | undefined;
  readonly gate: Gate;
  readonly declaration: Declaration;
  /** Today's page, and those of earlier days that could not be written. */
  pages: OpenPage[];
  /** The number of the page that was opened last. */
  generation: number;
}

/** Counts of this process that no report holds yet, and where they are on disk. */
export interface Unclosed {
  readonly page: Page;
  /** Undefined if the folder cannot be written: then they are only in memory. */
  readonly file: SpoolFile | undefined;
}

export function createSpool(home: Home | undefined, gate: Gate, declaration: Declaration): Spool {
  return { home, gate, declaration, pages: [], generation: 0 };
}

/** The day's page as this process knows it, or a new one. It costs no system call, and no file is touched. */
export function peekPage(spool: Spool, day: Day): Page {
  return findOrAddPage(spool, day).page;
}

/** The day's page, to count on at once. The caller has asked for consent. No file is created. */
export function openPage(spool: Spool, day: Day): Page {
  const open = findOrAddPage(spool, day);
  if (spool.pages.length > 1) retireOthers(spool, open);
  return open.page;
}

/** Drops pages whose file was deleted by `clear`, by `disable` or by hand, because their counts must stay deleted. */
export function forgetDeletedPages(spool: Spool): void {
  const gone = spool.pages.filter(isFileGone);
  if (gone.length > 0)
    forgetPages(
      spool,
      gone.map(({ page }) => page),
    );
}

/** Adds one to each of these cells, in memory and on disk. */
export function countOn(spool: Spool, page: Page, line: string, cells: readonly string[]): void {
  const first = spool.pages[0];
  const open = first?.page === page ? first : spool.pages.find((one) => one.page === page);
  if (open === undefined) return; // forgotten: its counts are deleted, or a report holds them
  page.add(line, cells);
  open.hasCounts = true;
  if (open.fd === undefined && mayCreateFile(open)) startFile(spool, open);
  writeFile(open);
}

/** The counts that this process holds: of today, and of earlier days that could not be written. */
export function unclosedPages(spool: Spool): Unclosed[] {
  return spool.pages.filter(({ hasCounts }) => hasCounts).map(({ page, file }) => ({ page, file }));
}

/** Takes back a page that is only in memory, because no report could be made of it. */
export function takeBackPage(spool: Spool, page: Page): void {
  spool.pages.push({ ...newOpenPage(page), hasCounts: true });
}

/** Drops pages whose files are gone, or whose counts a report takes over. */
export function forgetPages(spool: Spool, pages: readonly Page[]): void {
  for (const open of spool.pages) if (pages.includes(open.page)) closeFile(open);
  spool.pages = spool.pages.filter(({ page }) => !pages.includes(page));
}

/** Drops the counts that are only in memory. */
export function forgetUnwrittenPages(spool: Spool): void {
  spool.pages = spool.pages.filter(({ file }) => file !== undefined);
}

/** Drops all counts in memory, and with `erase` those on disk too. */
export function forgetAllPages(spool: Spool, { erase }: { readonly erase: boolean }): void {
  for (const open of spool.pages) {
    closeFile(open);
    if (erase && open.file !== undefined) removeFile(open.file.path);
  }
  spool.pages = [];
}

function findOrAddPage(spool: Spool, day: Day): OpenPage {
  const first = spool.pages[0]; // the only one on most days, looked at on every call
  if (first?.page.day === day) return first;
  return spool.pages.find(({ page }) => page.day === day) ?? addPage(spool, day);
}

function addPage(spool: Spool, day: Day): OpenPage {
  spool.generation += 1;
  const open = newOpenPage(createPage(day, spool.generation));
  spool.pages.push(open);
  return open;
}

/** Of pages of other days, keeps only counts that are in no file. */
function retireOthers(spool: Spool, current: OpenPage): void {
  const others = spool.pages.filter((open) => open !== current);
  const unwritten = others.flatMap((open) => retire(spool, open)).filter(({ hasCounts }) => hasCounts);
  spool.pages = [...unwritten.slice(-MAX_DAYS_IN_MEMORY), current];
}

/** On a full disk: moves counts that are missing in a file to a page without a file. */
export function retireLaggingPages(spool: Spool): void {
  spool.pages = spool.pages.flatMap((open) => (open.lags ? retire(spool, open) : [open]));
}

/**
 * Drops a page that has a file: the process that closes the day reads the file. Counts that the file lacks stay in
 * memory.
 */
function retire(spool: Spool, open: OpenPage): OpenPage[] {
  if (open.file === undefined) return [open];
  if (open.lags) writeFile(open); // the last chance
  closeFile(open);
  if (!open.lags) return [];
  spool.generation += 1;
  const rest = unwrittenCounts(open.page, open.file, spool.generation);
  return rest === undefined ? [] : [{ ...newOpenPage(rest), hasCounts: true }];
}

function startFile(spool: Spool, open: OpenPage): void {
  const { home, gate, declaration } = spool;
  if (home === undefined) return;
  // The look that this count relies on may be old.
  if (!gate.check().enabled) {
    forgetPages(spool, [open.page]);
    return;
  }
  if (!createFile(open, home)) return;
  // P10: `disable` first writes the opt-out, then deletes the files that exist. Either it sees this (still empty) file,
  // or the file is younger than the opt-out, and this second check sees the opt-out before the file holds any count.
  if (!gate.check().enabled) {
    forgetAllPages(spool, { erase: true });
    return;
  }
  guard(() => writeDeclaration(home, declaration), 'server.json'); // without it only the command line knows less
}
