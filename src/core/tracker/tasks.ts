import { monotonicClock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { isEphemeral } from '../../platform/ephemeral.js';
import { causeOf } from '../../platform/errors.js';
import { entry } from '../../platform/files.js';
import { folderProblem } from '../../platform/folders.js';
import { guard } from '../../platform/guard.js';
import { isFinished } from '../../schema/calendar.js';
import { MAX_DAYS_IN_MEMORY } from '../../schema/limits.js';
import { isInForce, lookUpRecipient } from '../consent/look-up.js';
import type { RecipientState } from '../consent/recipient.js';
import { knownVocabulary } from '../consent/server-declaration.js';
import { deliver } from '../deliver/delivery.js';
import { takeClosed } from '../deliver/outbox.js';
import { notePending, pinRecipient } from '../deliver/pin.js';
import { tidy } from '../deliver/retention.js';
import { writeDeclaration } from '../record/declare.js';
import { forgetPages, retireLaggingPages, takeBackPage, type Unclosed, unclosedPages } from '../record/spool.js';
import { type Closing, closeFinishedDays, closeOwn } from '../report/close-day.js';
import type { Unfrozen } from '../report/unfrozen.js';
import { addBodies, sendFromMemory } from './memory-outbox.js';
import type { Tracker } from './tracker.js';

/** All calls of `close()` together wait at most a second (P6); this much of it is for sending. */
const FINISH_TIMEOUT_MS = 950;
/** A later `close()` of a host that waited for its calls tries again what did not arrive. */
const RETRY_AFTER_MS = 1_000;

/** Tells the command line what this server declares, if there is a data folder already. */
export function declare(tracker: Tracker): void {
  const { home, gate, options } = tracker;
  if (home === undefined || folderProblem(home.data) !== undefined || entry(home.data) === undefined) return;
  writeDeclaration(home, options);
  const { pending } = recipientOf(tracker);
  if (pending !== null) notePending(home, gate, pending);
}

/** Closes finished days: those of all processes on disk, and days of this process that could not be written. */
export async function closeDays(tracker: Tracker): Promise<void> {
  const { spool, clock } = tracker;
  const unwritten = unclosedPages(spool).filter(
    ({ page, file }) => file === undefined && isFinished(page.day, clock()),
  );
  if (unwritten.length > 0) await closeInMemory(tracker, unwritten);
  await closeOnDisk(tracker);
}

/**
 * Sends waiting reports, from memory and disk. On shutdown, sends everything at once that would not outlive the
 * process.
 */
export async function send(
  tracker: Tracker,
  signal: AbortSignal,
  { isShutdown = false }: { readonly isShutdown?: boolean } = {},
): Promise<void> {
  const { home, gate, options, clock, memoryOutbox } = tracker;
  const recipient = recipientOf(tracker);
  const { destination, pending } = recipient;
  if (home !== undefined && pending !== null) guard(() => notePending(home, gate, pending), 'recipient.json');
  if (destination === null) return;
  const isCurrent = () => isInForce(home, tracker.env, options.posthog, destination);
  const terms = { gate, destination, signal, background: !isShutdown, lookup: 'cancellable', isCurrent } as const;
  const intervalMs = tracker.schedule.timing.interval;
  const obeys = isShutdown ? 'nothing' : 'pace';
  await sendFromMemory(memoryOutbox, terms, { now: clock(), intervalMs, obeys });
  if (home === undefined || (isShutdown && isFolderKept(tracker))) return;
  if (!isCurrent() || !pinRecipient(home, gate, recipient)) return;
  const vocabulary = knownVocabulary(home, options);
  await deliver({ ...terms, home, vocabulary, clock, intervalMs, obeys });
}

/** On shutdown: closes and sends everything that would not outlive the process, within the remaining time. */
export async function finish(tracker: Tracker): Promise<void> {
  const isKept = isFolderKept(tracker);
  const endangered = () => endangeredPages(tracker, isKept);
  if (isKept && endangered().length === 0 && tracker.memoryOutbox.reports.length === 0) return;
  const from = monotonicClock();
  const remainingMs = FINISH_TIMEOUT_MS - tracker.msFinishing;
  // A host may close on `beforeExit`, which is emitted again after all work that does not end at once. So what has just
  // failed is not tried again, and after a second nothing is.
  const hasJustTried = from - tracker.finishedAt < RETRY_AFTER_MS && endangered().length === 0;
  if (remainingMs <= 0 || hasJustTried) return;
  await withDeadline(remainingMs, async (signal) => {
    if (!isKept) await closeOnDisk(tracker);
    let isClosed: boolean;
    do {
      isClosed = await closeInMemory(tracker, endangered());
      await send(tracker, signal, { isShutdown: true });
    } while (isClosed && endangered().length > 0 && !signal.aborted); // calls that ended meanwhile
  });
  tracker.finishedAt = monotonicClock();
  tracker.msFinishing += tracker.finishedAt - from;
}

function endangeredPages({ spool }: Tracker, isKept: boolean): Unclosed[] {
  if (!isKept) return unclosedPages(spool);
  retireLaggingPages(spool);
  return unclosedPages(spool).filter(({ file }) => file === undefined);
}

/**
 * Makes reports of pages of this process. It drops the pages first, so that a call meanwhile is counted on a new page.
 * If that fails, it takes back a page that is only in memory, unless the user has opted out meanwhile.
 *
 * @returns false if it failed for any page
 */
async function closeInMemory(tracker: Tracker, own: readonly Unclosed[]): Promise<boolean> {
  const { home, gate, spool, clock, memoryOutbox } = tracker;
  const before = { clears: memoryOutbox.clears, changes: tracker.configChanges };
  const closing = closingOf(tracker);
  const pages = own.map(({ page }) => page);
  forgetPages(spool, pages);
  for (const { day } of pages) debug('freeze %s in memory', day);
  const { unpublished, failed, unfrozen } = await closeOwn(closing, home, own, tracker.reportedDays, clock());
  for (const day of [...tracker.reportedDays].slice(0, -MAX_DAYS_IN_MEMORY)) tracker.reportedDays.delete(day);
  warnOnce(tracker, unfrozen);
  const intervalMs = tracker.schedule.timing.interval;
  addBodies(memoryOutbox, unpublished, before, { now: clock(), intervalMs });
  for (const { page, file } of failed) {
    if (file === undefined && before.clears === memoryOutbox.clears) takeBackPage(spool, page);
  }
  if (home !== undefined) takeClosed(home, gate, clock(), intervalMs);
  return failed.length === 0;
}

/** A folder that cannot be used must not keep the reports in memory from being sent. */
async function closeOnDisk(tracker: Tracker): Promise<void> {
  const { home, gate, clock } = tracker;
  if (home === undefined) return;
  try {
    warnOnce(tracker, await closeFinishedDays({ ...closingOf(tracker), home, isKept: isFolderKept(tracker) }, clock()));
    takeClosed(home, gate, clock(), tracker.schedule.timing.interval);
    tidy(home, clock()); // also without a destination, where nothing is ever delivered
  } catch (error) {
    debug('close: %s', causeOf(error));
  }
}

/** The maintainer must learn that nothing is sent any more. Everything else that fails is silent (P6). */
function warnOnce(tracker: Tracker, [first]: readonly Unfrozen[]): void {
  if (first === undefined || tracker.hasWarned) return;
  tracker.hasWarned = true;
  const text = `dot-ai-analytics: the counts of ${first.day} are not sent, because ${first.problem}. See: dot-ai-analytics status`;
  guard(() => process.emitWarning(text, { code: 'DOT_AI_ANALYTICS_UNFROZEN' }), 'warning');
}

function closingOf(tracker: Tracker): Closing {
  const { gate, home, options } = tracker;
  return { gate, vocabulary: knownVocabulary(home, options), key: recipientOf(tracker).recipient?.key ?? '' };
}

function recipientOf({ home, env, options }: Tracker): RecipientState {
  return lookUpRecipient(home, env, options.posthog);
}

function isFolderKept({ home, env, options }: Tracker): boolean {
  return home !== undefined && !(options.ephemeral ?? isEphemeral(env, home));
}

/** Ends when the work does, or at the deadline, of which the signal tells the work. */
async function withDeadline(ms: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const deadline = new AbortController();
  const isOver = new Promise<void>((resolve) => deadline.signal.addEventListener('abort', () => guard(resolve)));
  const timer = setTimeout(() => guard(() => deadline.abort()), ms);
  try {
    await Promise.race([work(deadline.signal), isOver]);
  } finally {
    clearTimeout(timer);
  }
}
