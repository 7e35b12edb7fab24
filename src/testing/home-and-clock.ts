import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.js';

/** A clock that moves only when it is told to. */
export interface FixedClock extends Clock {
  /** Moves the clock by this many ms, forward or back. */
  advance(ms: number): void;
  /** Sets the clock to an instant, for example `2026-11-23T22:00:00Z`. */
  set(instant: string): void;
}

export function fixedClock(instant: string): FixedClock {
  let now = Date.parse(instant);
  return Object.assign(() => now, {
    advance(ms: number) {
      now += ms;
    },
    set(next: string) {
      now = Date.parse(next);
    },
  });
}

/** A temporary home, and an environment in which it is the only home and no CI variable is set. */
export interface TemporaryHome {
  readonly folder: string;
  /** For `createAnalytics(options, { env })`, `readStatus({ env })` and child processes. */
  readonly env: NodeJS.ProcessEnv;
  remove(): void;
}

/** Creates a home in the system's folder for temporary files. Call `remove` at the end. */
export function temporaryHome(): TemporaryHome {
  const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-'));
  return {
    folder,
    env: { PATH: process.env.PATH, HOME: folder, USERPROFILE: folder },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
