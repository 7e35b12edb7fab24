import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateFolder, entry, tryReadObject, writeAtomically } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import type { Endpoint } from '../consent/destination.js';

/*
 * When the home may make its next attempt. Nothing that a destination answers may make several days arrive together, nor
 * tell when a day was closed or a server started (P4). So a report is due at a random time after its day was closed, and
 * after each attempt, whatever came of it, the home waits a random time. Both are kept in outbox/, where every process of
 * the home respects them. Times are drawn from continuous distributions.
 */

/** The unit of all waits below. Tests take a shorter one. */
export const INTERVAL_MS = 3_600_000;

/** A report is due within this many intervals after its day was closed. */
const DUE_WITHIN = 12;
/** After an attempt the home waits from this many intervals … */
const MIN_WAIT = 1;
/** … to this many. */
const MAX_WAIT = 3;

/** The last attempt of the home, and why the next one waits. */
export interface NextAttempt {
  readonly host: string;
  readonly key: string;
  /** No destination gets anything before, ms since the epoch. */
  readonly notBefore: number;
  /** This destination gets nothing before: later than `notBefore` after failures, ms since the epoch. */
  readonly until: number;
  /** The end of the wait that the destination asked for with Retry-After, ms since the epoch. */
  readonly askedUntil: number;
  /** How many attempts in a row failed; 0 after a report was settled. */
  readonly failures: number;
  /** Why the last attempt failed, for example `HTTP 503` or `ECONNREFUSED`; empty after a report was settled. */
  readonly reason: string;
  /** True if the destination does not accept the key. */
  readonly isUnauthorized: boolean;
}

export type Failure = Pick<NextAttempt, 'reason' | 'isUnauthorized'> & { readonly retryAfterMs: number };

const MIN_BACK_OFF_MS = 60_000;
const MAX_BACK_OFF_MS = 24 * 3_600_000;
/** Of a Retry-After, no more counts. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;
const MAX_CLOCK_ERROR_MS = 3_600_000;

/** A reason is one short line of ASCII. Other text in the file was not written by us, and must not be printed. */
const REASON = /^[ -~]{0,200}$/;

const pathOf = (home: Home) => join(home.outbox, 'next.json');

/** What the next attempt at this destination waits for; undefined if it need not wait. */
export function readNextAttempt(home: Home, { host, key }: Endpoint, now: number): NextAttempt | undefined {
  const last = lastAttempt(home);
  if (last === undefined) return undefined;
  const next = last.host === host && last.key === key ? last : { ...last, until: last.notBefore, askedUntil: 0 };
  // If the clock was set back, the wait must not last for years. A small clock error is accepted.
  const isPlausible = next.until - now <= MAX_RETRY_AFTER_MS + MAX_BACK_OFF_MS + MAX_CLOCK_ERROR_MS;
  return now < next.until && isPlausible ? next : undefined;
}

function lastAttempt(home: Home): NextAttempt | undefined {
  const value = tryReadObject(pathOf(home), 4096) as Partial<NextAttempt> | undefined;
  const areNumbers = [value?.notBefore, value?.until, value?.askedUntil, value?.failures].every(
    (one) => Number.isFinite(one) && (one as number) >= 0,
  );
  const areTexts = [value?.host, value?.key].every((one) => typeof one === 'string');
  const isComplete = areNumbers && areTexts && REASON.test(String(value?.reason ?? '\n'));
  return isComplete && typeof value?.isUnauthorized === 'boolean' ? (value as NextAttempt) : undefined;
}

/** After an attempt: the home waits, and longer after each failure in a row. */
export function noteAttempt(
  home: Home,
  { host, key }: Endpoint,
  failure: Failure | undefined,
  now: number,
  intervalMs: number,
): void {
  const wait = between(MIN_WAIT, MAX_WAIT) * intervalMs;
  const { reason = '', isUnauthorized = false, retryAfterMs = 0 } = failure ?? {};
  const last = lastAttempt(home);
  const before = last?.host === host && last.key === key ? last.failures : 0;
  const failures = failure === undefined ? 0 : Math.min(before + 1, 1000);
  const asked = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  const entry: NextAttempt = {
    host,
    key,
    notBefore: Math.round(now + wait),
    until: Math.round(now + Math.max(asked + wait, backOff(failures, isUnauthorized))),
    askedUntil: Math.round(now + asked),
    failures,
    reason,
    isUnauthorized,
  };
  ensurePrivateFolder(home.outbox);
  writeAtomically(pathOf(home), `${JSON.stringify(entry, null, 2)}\n`);
}

/** Doubles with each failure in a row, and varies by half, so that installs do not retry together. */
function backOff(failures: number, isUnauthorized: boolean): number {
  if (failures === 0) return 0;
  if (isUnauthorized) return MAX_BACK_OFF_MS;
  return Math.min(MIN_BACK_OFF_MS * 2 ** Math.min(failures - 1, 20) * between(0.5, 1.5), MAX_BACK_OFF_MS);
}

/** Draws when the report is due. The time is its file's mtime: it moves with the file, and nothing else is needed. */
export function drawDueTime(path: string, now: number, intervalMs: number): void {
  const due = (now + between(0, DUE_WITHIN) * intervalMs) / 1000;
  utimesSync(path, due, due);
}

/** False while the report waits for its time. After a clock that was set back, it does not wait for years. */
export function isDue(path: string, now: number, intervalMs: number): boolean {
  const due = entry(path)?.mtimeMs ?? 0;
  return now >= due || due - now > DUE_WITHIN * intervalMs + MAX_CLOCK_ERROR_MS;
}

function between(min: number, max: number): number {
  return min + Math.random() * (max - min);
}
