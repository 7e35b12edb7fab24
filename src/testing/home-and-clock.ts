import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.js';

/** A clock that stands still until it is told otherwise. */
export interface FixedClock extends Clock {
  /** Moves it, forwards or back, by this many ms. */
  advance(ms: number): void;
  /** Puts it to an instant, e.g. `2026-11-23T22:00:00Z`. */
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

/** A home of its own, and an environment that knows no other and has no CI in it. */
export interface TemporaryHome {
  readonly folder: string;
  /** For `createAnalytics(options, { env })`, `readStatus({ env })` and child processes. */
  readonly env: NodeJS.ProcessEnv;
  remove(): void;
}

/** Makes one under the system's folder for temporary files; `remove` it at the end. */
export function temporaryHome(): TemporaryHome {
  const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-'));
  return {
    folder,
    env: { PATH: process.env.PATH, HOME: folder, USERPROFILE: folder },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
