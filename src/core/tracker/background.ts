import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { guard } from '../../platform/guard.js';
import type { Consent } from '../consent/decide.js';
import { forgetAllPages, forgetDeletedPages, forgetUnwrittenPages } from '../record/spool.js';
import { clearMemory } from './memory-outbox.js';
import { startTimer, stopTimer, takeClosing, takeSending } from './scheduler.js';
import { closeDays, declare, finish, send } from './tasks.js';
import type { Tracker } from './tracker.js';

/** Asks the gate, and acts if its answer has changed. True while on. */
export function noticeConsent(tracker: Tracker): boolean {
  const consent = tracker.gate.check();
  tracker.acceptedSchema = consent.acceptedSchema ?? 0;
  if (consent.enabled && !tracker.isOn) turnOn(tracker);
  if (!consent.enabled && tracker.isOn) turnOff(tracker, consent);
  const changes = tracker.gate.changes();
  if (changes !== tracker.configChanges) forgetMemory(tracker);
  tracker.configChanges = changes;
  return tracker.isOn;
}

/**
 * P10: between two looks the user may have opted out and in again. The opt-out deleted the counts on disk. Counts that
 * are only in memory, because the folder cannot be written, are dropped whenever config.json has changed.
 */
function forgetMemory(tracker: Tracker): void {
  forgetUnwrittenPages(tracker.spool);
  clearMemory(tracker.memoryOutbox);
}

function turnOn(tracker: Tracker): void {
  tracker.isOn = true;
  if (tracker.closing === undefined)
    startTimer(tracker.schedule, tracker.clock(), () => guard(() => tick(tracker), 'background'));
  guard(() => declare(tracker), 'server.json');
}

function turnOff(tracker: Tracker, consent: Consent): void {
  tracker.isOn = false;
  stopTimer(tracker.schedule);
  // An opt-out in config.json deletes what was counted. A file that cannot be understood must not destroy anything.
  forgetAllPages(tracker.spool, { erase: isOptOut(consent) });
  clearMemory(tracker.memoryOutbox);
}

function isOptOut({ layers }: Consent): boolean {
  return layers.some(({ layer, verdict, warning }) => layer === 'config' && verdict === 'off' && warning === undefined);
}

function tick(tracker: Tracker): void {
  const { schedule } = tracker;
  if (schedule.isBusy || !noticeConsent(tracker)) return;
  schedule.isBusy = true;
  void runTasks(tracker);
}

/** Never rejects. */
async function runTasks(tracker: Tracker): Promise<void> {
  try {
    await runDueTasks(tracker);
  } catch (error) {
    debug('background: %s', causeOf(error));
  } finally {
    tracker.schedule.isBusy = false;
  }
}

async function runDueTasks(tracker: Tracker): Promise<void> {
  const { schedule } = tracker;
  const now = tracker.clock();
  if (takeClosing(schedule, now)) await closeDays(tracker);
  if (takeSending(schedule, now)) await send(tracker, schedule.abort.signal);
}

/** Ends the background work, and sends the counts that would not outlive the process. Takes at most a second. */
export async function shutDown(tracker: Tracker): Promise<void> {
  stopTimer(tracker.schedule);
  if (!noticeConsent(tracker)) return;
  forgetDeletedPages(tracker.spool);
  await finish(tracker);
}
