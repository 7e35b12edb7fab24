import { guard } from '../../platform/guard.js';
import { closesAt, DAY_MS, dayOf } from '../../schema/calendar.js';

/** How often a server closes and sends, and how far apart servers are spread, ms. */
export interface Timing {
  /** The one timer: notices an opt-out even while no tool is called. */
  readonly tick: number;
  /** After a start, reports that are due wait a random time up to this. */
  readonly startSpread: number;
  /** Days are closed this often; reports are due and attempts are made some intervals apart (deliver/pace.ts). */
  readonly interval: number;
}

/** How often per interval a server looks for a report that may be sent. */
const LOOKS_PER_INTERVAL = 12;

export const TIMING: Timing = { tick: 5_000, startSpread: 300_000, interval: 3_600_000 };

/** The times at which tasks are due, and the timer that checks them. */
export interface Schedule {
  readonly timing: Timing;
  closeAt: number;
  sendAt: number;
  /** Tasks are under way; a tick does not start them again. */
  isBusy: boolean;
  /** Undefined while off. */
  timer: NodeJS.Timeout | undefined;
  /** Aborts the send that is under way. */
  abort: AbortController;
}

export function createSchedule(timing: Timing): Schedule {
  return { timing, closeAt: 0, sendAt: 0, isBusy: false, timer: undefined, abort: new AbortController() };
}

/** Days are closed at once, reports wait up to `startSpread`. The timer does not keep the process alive. */
export function startTimer(schedule: Schedule, now: number, tick: () => void): void {
  if (schedule.timer !== undefined) return;
  const { timing } = schedule;
  schedule.abort = new AbortController();
  schedule.closeAt = 0;
  schedule.sendAt = now + Math.random() * timing.startSpread;
  setImmediate(tick).unref();
  tickLater(schedule, tick);
}

/** Ticks come at random distances, so that the time of a request does not tell when the server started (P4). */
function tickLater(schedule: Schedule, tick: () => void): void {
  const wait = schedule.timing.tick * (0.5 + Math.random());
  const next = () => {
    tickLater(schedule, tick);
    tick();
  };
  schedule.timer = setTimeout(() => guard(next), wait).unref(); // nothing that a timer calls may throw (P6)
}

export function stopTimer(schedule: Schedule): void {
  clearTimeout(schedule.timer);
  schedule.timer = undefined;
  schedule.abort.abort();
}

/*
 * Each of these sets the next time at once, before the work is done. Work that fails is tried again at that time, and
 * not at every tick.
 */

/** Whether days have to be closed now. */
export function takeClosing(schedule: Schedule, now: number): boolean {
  if (!isDue(schedule.closeAt, now, schedule.timing)) return false;
  schedule.closeAt = Math.min(now + schedule.timing.interval, nextClosing(now));
  return true;
}

/** Whether to look for a report now. The home decides which report may be sent, and when (deliver/pace.ts). */
export function takeSending(schedule: Schedule, now: number): boolean {
  if (!isDue(schedule.sendAt, now, schedule.timing)) return false;
  schedule.sendAt = now + (schedule.timing.interval / LOOKS_PER_INTERVAL) * (0.5 + Math.random());
  return true;
}

/** A clock that was set back must not put the next time off for days. */
function isDue(at: number, now: number, { interval }: Timing): boolean {
  return now >= at || at - now > 2 * interval;
}

/** A server that runs at 01:00 UTC closes the day then, without waiting for the hour to pass. */
function nextClosing(now: number): number {
  const [yesterday, today] = [now - DAY_MS, now].map((instant) => closesAt(dayOf(instant))) as [number, number];
  return now < yesterday ? yesterday : today;
}
