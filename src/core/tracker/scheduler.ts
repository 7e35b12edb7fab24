import type { Clock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { closesAt, DAY_MS, dayOf } from '../../schema/calendar.js';

/** How often and how spread a server looks after its home, ms. */
export interface Timing {
  /** The one timer: notices a no even when no tool is called. */
  readonly tick: number;
  /** After a start, reports wait a random time up to this. */
  readonly startSpread: number;
  /** While running, sends are this far apart on average, spread by half in either direction. */
  readonly interval: number;
}

export const TIMING: Timing = { tick: 5_000, startSpread: 30_000, interval: 3_600_000 };

/** What there is to do. What a chore throws is noted and forgotten; the next tick comes all the same. */
export interface Chores {
  /** False once the user has said no; then the timer stops. */
  isOn(): boolean;
  closeDays(): Promise<void>;
  deliver(signal: AbortSignal): Promise<void>;
}

export interface Upkeep {
  start(): void;
  /** No chore begins after this; one under way is aborted. */
  stop(): void;
}

/** Closes days at start and hourly, and sends what waits, while analytics is on. Never keeps the process alive. */
export function createUpkeep(chores: Chores, clock: Clock, timing: Timing): Upkeep {
  let timer: NodeJS.Timeout | undefined;
  let abort = new AbortController();
  let isBusy = false;
  let closeAt = 0;
  let sendAt = 0;

  async function work(): Promise<void> {
    const now = clock();
    // A clock that was set back must not put the next look off for days.
    const isDue = (at: number) => now >= at || at - now > 2 * timing.interval;
    // The next time is set before the work: what fails is tried again then, and not at every tick.
    if (isDue(closeAt)) {
      closeAt = Math.min(now + timing.interval, nextClosing(now));
      await chores.closeDays();
    }
    if (isDue(sendAt)) {
      sendAt = now + timing.interval * (0.5 + Math.random());
      await chores.deliver(abort.signal);
    }
  }

  function tick(): void {
    if (isBusy || !chores.isOn()) return;
    isBusy = true;
    work()
      .catch((error: unknown) => debug('upkeep: %s', causeOf(error)))
      .finally(() => {
        isBusy = false;
      });
  }

  return {
    start() {
      if (timer !== undefined) return;
      abort = new AbortController();
      closeAt = 0;
      sendAt = clock() + Math.random() * timing.startSpread;
      timer = setInterval(tick, timing.tick).unref();
      setImmediate(tick).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
      abort.abort();
    },
  };
}

/** A server that runs at 01:00 UTC closes the day then, and need not wait for its hourly look. */
function nextClosing(now: number): number {
  const [yesterday, today] = [now - DAY_MS, now].map((instant) => closesAt(dayOf(instant))) as [number, number];
  return now < yesterday ? yesterday : today;
}
