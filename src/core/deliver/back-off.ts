import { join } from 'node:path';
import { ensurePrivateFolder, removeFile, tryReadObject, writeAtomically } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import type { Endpoint } from '../consent/destination.js';

/** Why nothing is sent to a destination for a while. Kept in outbox/, so that every process of the home respects it. */
export interface Pause {
  readonly host: string;
  readonly key: string;
  /** When it ends, ms since the epoch. */
  readonly until: number;
  /** The end of the wait that the destination asked for with Retry-After, ms since the epoch. */
  readonly askedUntil: number;
  /** How many attempts in a row failed. */
  readonly failures: number;
  /** Why the last attempt failed, for example `HTTP 503` or `ECONNREFUSED`. */
  readonly reason: string;
  /** True if the destination does not accept the key. */
  readonly isUnauthorized: boolean;
}

export type Failure = Pick<Pause, 'reason' | 'isUnauthorized'> & { readonly retryAfterMs: number };

const MIN_BACK_OFF_MS = 60_000;
const MAX_BACK_OFF_MS = 6 * 3_600_000;
const MAX_PAUSE_MS = 24 * 3_600_000;
const MAX_CLOCK_ERROR_MS = 3_600_000;

/** A reason is one short line of ASCII. Other text in the file was not written by us, and must not be printed. */
const REASON = /^[ -~]{1,200}$/;

const pathOf = (home: Home) => join(home.outbox, 'pause.json');

/** The current pause; undefined if there is none, it is over, or it is for another destination. */
export function readPause(home: Home, endpoint: Endpoint, now: number): Pause | undefined {
  const pause = lastPause(home, endpoint);
  // If the clock was set back, the pause must not last for years. A small clock error is accepted.
  return pause !== undefined && now < pause.until && pause.until - now <= MAX_PAUSE_MS + MAX_CLOCK_ERROR_MS
    ? pause
    : undefined;
}

function lastPause(home: Home, { host, key }: Endpoint): Pause | undefined {
  const value = tryReadObject(pathOf(home), 4096) as Partial<Pause> | undefined;
  const areNumbers = [value?.until, value?.askedUntil, value?.failures].every(
    (one) => Number.isFinite(one) && (one as number) >= 0,
  );
  const isComplete = areNumbers && REASON.test(String(value?.reason)) && typeof value?.isUnauthorized === 'boolean';
  return isComplete && value?.host === host && value.key === key ? (value as Pause) : undefined;
}

/**
 * Starts a pause. It doubles with each failure in a row, and varies by half, so that installs do not retry together.
 */
export function pause(home: Home, { host, key }: Endpoint, failure: Failure, now: number): void {
  const { reason, isUnauthorized, retryAfterMs } = failure;
  const failures = Math.min((lastPause(home, { host, key })?.failures ?? 0) + 1, 1000);
  const backOff = Math.min(MIN_BACK_OFF_MS * 2 ** Math.min(failures - 1, 20), MAX_BACK_OFF_MS) * (0.5 + Math.random());
  const asked = Math.min(retryAfterMs, MAX_PAUSE_MS);
  const entry: Pause = {
    host,
    key,
    until: Math.round(now + (isUnauthorized ? MAX_PAUSE_MS : Math.max(asked, backOff))),
    askedUntil: Math.round(now + asked),
    failures,
    reason,
    isUnauthorized,
  };
  ensurePrivateFolder(home.outbox);
  writeAtomically(pathOf(home), `${JSON.stringify(entry, null, 2)}\n`);
}

export function endPause(home: Home): void {
  removeFile(pathOf(home));
}
