import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { isThere, removeFile } from '../../platform/files.js';
import { guard } from '../../platform/guard.js';
import { assertOwnData, type Home } from '../../platform/home.js';
import { sweepTemporaries } from '../../platform/temporary-files.js';
import { type Day, dayOf, daysBetween, isFinished } from '../../schema/calendar.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import type { Gate } from '../consent/gate.js';
import { type Counts, parsePage } from '../record/counter-page.js';
import { readSpoolFile } from '../record/read-spool-file.js';
import type { Unclosed } from '../record/spool.js';
import { listSpool, type SpoolFile } from '../record/spool-files.js';
import { closedPath } from './closed-files.js';
import { seenBefore } from './first-flags.js';
import { freeze } from './freeze.js';
import { forgetOldClosed, isClosed, mayBeClosed, publish } from './publish.js';
import type { Seen } from './rows.js';
import { isEmpty, mergePages } from './totals.js';
import { forgetUnfrozen, NotFrozen, noteUnfrozen, type Unfrozen } from './unfrozen.js';

export interface Closing {
  readonly gate: Gate;
  readonly vocabulary: Vocabulary;
  /** The key of the destination as of now. Sending replaces it if the destination has changed by then. */
  readonly key: string;
}

export interface DayClosing extends Closing {
  readonly home: Home;
  /** False if the folder does not outlive the process; then `first_this_…` is left out. */
  readonly isKept: boolean;
}

/** A file that cannot be read holds its day open for this many days. Then the day closes without it. */
const MAX_DAYS_UNREADABLE = 2;

/**
 * Closes every finished day: makes one report of the spool files of all processes, dead ones included. Any number of
 * processes may do this at once. A day that fails does not hold up the others.
 * @returns the days of which no report may be made. Their counts stay, for a version that can make one
 */
export async function closeFinishedDays(closing: DayClosing, now: number): Promise<Unfrozen[]> {
  const { home, gate } = closing;
  const unfrozen: Unfrozen[] = [];
  if (!gate.check().enabled) return unfrozen;
  assertOwnData(home);
  sweepTemporaries(home.spool);
  const finished = listSpool(home).filter(({ day }) => isFinished(day, now));
  for (const day of new Set(finished.map((file) => file.day))) {
    try {
      const files = finished.filter((file) => file.day === day);
      await closeDay(closing, day, files, daysBetween(day, dayOf(now)) <= MAX_DAYS_UNREADABLE);
    } catch (error) {
      debug('close %s: %s', day, causeOf(error));
      if (error instanceof NotFrozen) unfrozen.push({ day, problem: error.message });
    }
  }
  for (const one of unfrozen) guard(() => note(closing, one), 'note');
  forgetOldClosed(home, dayOf(now)); // last: a day that is closed late looks for older ones in its month
  return unfrozen;
}

/** If the user opted out between the look and this write, the folder was emptied before it: the note goes too (P10). */
function note({ home, gate }: DayClosing, one: Unfrozen): void {
  if (gate.check().enabled) noteUnfrozen(home, one);
  if (!gate.check().enabled) forgetUnfrozen(home, one.day);
}

async function closeDay(closing: DayClosing, day: Day, files: readonly SpoolFile[], isPatient: boolean): Promise<void> {
  const { home, gate, isKept } = closing;
  if (!isClosed(home, day)) {
    // A process that froze its file on shutdown has a report of its own. If it was killed then, the file is still
    // there.
    const isFrozenAlone = ({ token }: SpoolFile) => isThere(closedPath(home, `${day}.${token}`));
    const open = files.filter((file) => !isFrozenAlone(file));
    const pages = open.map(readSpoolFile);
    if (isPatient && pages.includes(undefined)) return;
    const body = await frozen(closing, isKept ? seenBefore(home, day) : undefined, day, pages);
    if (body === 'off') return; // nothing is closed or deleted: the reason for off may be a damaged config file
    const areThere = () => open.every((file) => isThere(file.path) && !isFrozenAlone(file));
    if (body !== 'empty' && !publish(home, day, body, gate, areThere) && !isClosed(home, day)) return;
  }
  // Each file is in the frozen report, or came too late for it, or was empty.
  for (const file of files) removeFile(file.path);
  forgetUnfrozen(home, day);
}

export interface OwnReports {
  /** The bodies that could not be written to disk. */
  readonly unpublished: readonly string[];
  /** The counts of which no report could be made now. */
  readonly failed: readonly Unclosed[];
  /** The days of which no report may be made. Their counts are in `failed` too. */
  readonly unfrozen: readonly Unfrozen[];
}

/**
 * Makes reports of the counts of this process alone. Used on shutdown if the folder is not kept. Skips finished days
 * that have a file, because `closeFinishedDays` closes those once for all processes. If a page's file is gone, its
 * counts are in another report already, or the user deleted them.
 * @param reported the days of which this process made a report before; the new ones are added
 */
export async function closeOwn(
  closing: Closing,
  home: Home | undefined,
  own: readonly Unclosed[],
  reported: Set<Day>,
  now: number,
): Promise<OwnReports> {
  const unpublished: string[] = [];
  const failed: Unclosed[] = [];
  const unfrozen: Unfrozen[] = [];
  for (const one of own) {
    const { page, file } = one;
    if (file !== undefined && isFinished(page.day, now)) continue;
    try {
      const counts = parsePage(page.bytes().toString('latin1'), page.day);
      const body = await frozen(closing, undefined, page.day, [counts], reported.has(page.day));
      if (body === 'empty' || body === 'off') continue;
      reported.add(page.day);
      if (home === undefined || file === undefined) unpublished.push(body);
      else if (!publishOwn(closing.gate, home, file, body)) unpublished.push(body);
    } catch (error) {
      debug('close %s: %s', page.day, causeOf(error));
      failed.push(one);
      if (error instanceof NotFrozen) unfrozen.push({ day: page.day, problem: error.message });
    }
  }
  return { unpublished, failed, unfrozen };
}

/** False if the report could not be written to disk, so that it has to be sent from memory. */
function publishOwn(gate: Gate, home: Home, file: SpoolFile, body: string): boolean {
  const name = `${file.day}.${file.token}`;
  try {
    if (publish(home, name, body, gate, () => isThere(file.path))) removeFile(file.path);
    return true;
  } catch (error) {
    debug('close %s: %s', name, causeOf(error));
    if (mayBeClosed(home, name)) return true; // sending it from memory as well could count it twice
    // The report is sent from memory only if this call removes the counts from the disk. Otherwise another process
    // would report them again, or the user deleted them before.
    return !removeFile(file.path);
  }
}

/** A request body, or why there is none: nothing was counted, or analytics is off. */
async function frozen(
  { gate, vocabulary, key }: Closing,
  seen: Seen | undefined,
  day: Day,
  pages: readonly (Counts | undefined)[],
  isContinued = false,
): Promise<string | 'empty' | 'off'> {
  const totals = mergePages(
    pages.filter((page) => page !== undefined),
    vocabulary,
  );
  const { acceptedSchema } = gate.check();
  if (acceptedSchema === null) return 'off';
  if (isEmpty(totals)) return 'empty';
  return freeze(totals, { day, vocabulary, schema: acceptedSchema, seen, key, isContinued });
}
