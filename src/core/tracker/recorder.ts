import { monotonicClock } from '../../platform/clock.js';
import { guard } from '../../platform/guard.js';
import { DAY_MS, type Day, dayOf, endOf } from '../../schema/calendar.js';
import type { Subject } from '../../schema/field.js';
import { MAX_LOOK_AGE_MS } from '../consent/gate.js';
import { acceptedCells, lineOf } from '../record/cells.js';
import type { Page } from '../record/counter-page.js';
import { countOn, forgetDeletedPages, openPage, peekPage } from '../record/spool.js';
import { noticeConsent } from './background.js';
import type { Tracker } from './tracker.js';

/** While off, an opt-in is noticed at the first call after this time. */
const ASK_AGAIN_AFTER_MS = 1_000;

/** Whether to time a call. Costs nothing while on, and next to nothing while off. Never throws. */
export function mayRecord(tracker: Tracker): boolean {
  if (tracker.isOn || tracker.gate.isFixed) return tracker.isOn;
  const now = monotonicClock();
  if (now - tracker.lookedAt < ASK_AGAIN_AFTER_MS) return false;
  tracker.lookedAt = now;
  return guard(() => noticeConsent(tracker), 'consent') ?? false;
}

/** The generation of today's page, as far as this process knows it. Asks neither the gate nor the disk. */
export function currentGeneration(tracker: Tracker): number {
  return peekPage(tracker.spool, today(tracker)).generation;
}

/**
 * Returns today's page to count on at once, if a call that ended now may be counted; undefined while off.
 *
 * P10: config.json and the spool file are looked at most once in MAX_LOOK_AGE_MS, because the two system calls cost
 * more than the count. `disable` writes its opt-out, and `clear` deletes; both then wait for longer than that age and
 * delete once more. So a call that ends after they returned looks again, however long this process was stopped. A
 * process that is stopped between its look and its write holds a descriptor of a deleted file, so its write is in no
 * folder. A new file is created only after a fresh look (record/spool.ts).
 */
export function requestPage(tracker: Tracker): Page | undefined {
  const now = monotonicClock();
  if (now - tracker.lookedAt >= MAX_LOOK_AGE_MS) look(tracker, now);
  return tracker.isOn ? openPage(tracker.spool, today(tracker)) : undefined;
}

/** The age of a look begins before the look, so that the next look sees a change that happens during this one. */
function look(tracker: Tracker, now: number): void {
  tracker.lookedAt = now;
  if (noticeConsent(tracker)) forgetDeletedPages(tracker.spool);
}

/** Counts on the page that was requested just now. Leaves out cells of a schema that is not accepted. */
export function countCells(
  tracker: Tracker,
  page: Page,
  subject: Subject,
  name: string,
  cells: readonly string[],
): void {
  countOn(tracker.spool, page, lineOf(subject, name), acceptedCells(subject, cells, tracker.acceptedSchema));
}

/** Counts one use of a feature or a provider. Never throws. */
export function countUse(tracker: Tracker, subject: Subject, name: string, cells: readonly string[]): void {
  if (!mayRecord(tracker)) return;
  guard(() => {
    const page = requestPage(tracker);
    if (page !== undefined) countCells(tracker, page, subject, name, cells);
  }, 'count');
}

/** The current UTC day. It is formatted once a day. */
function today(tracker: Tracker): Day {
  const now = tracker.clock();
  const { from, to } = tracker.today;
  if (now < from || now >= to) {
    const day = dayOf(now);
    tracker.today = { day, from: endOf(day) - DAY_MS, to: endOf(day) };
  }
  return tracker.today.day;
}
