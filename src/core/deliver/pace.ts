import { renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { randomToken } from '../../platform/crypto.js';
import { entry, tryReadObject } from '../../platform/files.js';
import { ensurePrivateFolder } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { writeAtomically } from '../../platform/temporary-files.js';
import type { Endpoint } from '../consent/destination.js';

/*
 * When the home may make its next attempt. No answer of a destination may make several days arrive together, and no
 * time of an attempt may tell when a day was closed or a server started (P4). So a report is due at a random time after
 * its day was closed, and each attempt begins a random wait of the home, whatever its outcome. The wait is on disk
 * before the request is written: neither a second server, nor a process that ends meanwhile, nor a folder that becomes
 * unwritable can make it shorter. Times are drawn from continuous distributions.
 */

/**
 * What an attempt obeys: `retry-after` if a person asked for the attempt, `nothing` if no later attempt is possible.
 */
export type Obeys = 'pace' | 'retry-after' | 'nothing';

/** The unit of all waits below. Tests take a shorter one. */
export const INTERVAL_MS = 3_600_000;

/** A report is due within this many intervals after its day was closed. */
const DUE_WITHIN = 12;
/** After an attempt, the home waits for at least this many intervals. */
const MIN_WAIT = 1;
/** After an attempt, the home waits for at most this many intervals, unless attempts fail. */
const MAX_WAIT = 3;

/** The last attempt of the home, and why the next one waits. */
export interface NextAttempt {
  readonly host: string;
  readonly key: string;
  /** Before this, no destination gets anything, ms since the epoch. */
  readonly notBefore: number;
  /** Before this, this destination gets nothing, ms since the epoch. After failures it is later than `notBefore`. */
  readonly until: number;
  /** The end of the wait that the destination asked for with Retry-After, ms since the epoch. */
  readonly askedUntil: number;
  /** When the attempt was made, ms since the epoch. */
  readonly at: number;
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
/** A longer Retry-After counts as this. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;
const MAX_CLOCK_ERROR_MS = 3_600_000;

/**
 * A reason is a status or a code. This package did not write any other text in the file, so it is not printed (P12).
 */
const REASON = /^(?:HTTP \d{3}|\w{1,60})?$/;

const pathOf = (home: Home) => join(home.outbox, 'next.json');

/** What the home's next attempt at this destination waits for; undefined if it need not wait. */
export function readPause(home: Home, endpoint: Endpoint, now: number, obeys: Obeys = 'pace'): NextAttempt | undefined {
  return pauseOf(lastAttempt(home), endpoint, now, obeys);
}

/** The wait of the attempt after `last`. */
export function pauseOf(
  last: NextAttempt | undefined,
  { host, key }: Endpoint,
  now: number,
  obeys: Obeys,
): NextAttempt | undefined {
  if (last === undefined || obeys === 'nothing') return undefined;
  const next = last.host === host && last.key === key ? last : { ...last, until: last.notBefore, askedUntil: 0 };
  // If the clock was set back, the wait must not last for years. A small clock error is accepted.
  const isPlausible = next.until - now <= MAX_RETRY_AFTER_MS + MAX_BACK_OFF_MS + MAX_CLOCK_ERROR_MS;
  return now < (obeys === 'pace' ? next.until : next.askedUntil) && isPlausible ? next : undefined;
}

/** The last attempt at this destination, if it failed, even if the wait after it is over. */
export function readFailure(home: Home, { host, key }: Endpoint): NextAttempt | undefined {
  const last = lastAttempt(home);
  return last?.host === host && last.key === key && last.failures > 0 ? last : undefined;
}

function lastAttempt(home: Home): NextAttempt | undefined {
  const value = tryReadObject(pathOf(home), 4096) as Partial<NextAttempt> | undefined;
  const areNumbers = [value?.notBefore, value?.until, value?.askedUntil, value?.at, value?.failures].every(
    (one) => Number.isFinite(one) && (one as number) >= 0,
  );
  const areTexts = [value?.host, value?.key].every((one) => typeof one === 'string');
  const isComplete = areNumbers && areTexts && REASON.test(String(value?.reason ?? '\n'));
  return isComplete && typeof value?.isUnauthorized === 'boolean' ? (value as NextAttempt) : undefined;
}

/**
 * Begins the wait, right before an attempt. @throws a system error if it cannot be written: then nothing may be sent
 */
export function noteBegin(home: Home, endpoint: Endpoint, now: number, intervalMs: number): void {
  writeNext(home, begun(lastAttempt(home), endpoint, now, intervalMs));
}

/** Notes the outcome of an attempt. */
export function noteEnd(
  home: Home,
  endpoint: Endpoint,
  failure: Failure | undefined,
  now: number,
  intervalMs: number,
): void {
  writeNext(home, ended(lastAttempt(home), endpoint, failure, now, intervalMs));
}

function writeNext(home: Home, next: NextAttempt): void {
  ensurePrivateFolder(home.outbox);
  // No file can replace a folder of this name, so it is moved aside: it must not hold up delivery.
  if (entry(pathOf(home))?.isDirectory()) renameSync(pathOf(home), `${pathOf(home)}.kept-${randomToken(4)}`);
  writeAtomically(pathOf(home), `${JSON.stringify(next, null, 2)}\n`);
}

/** The wait that an attempt begins. Its outcome is not known yet, and may never be. */
export function begun(
  last: NextAttempt | undefined,
  { host, key }: Endpoint,
  now: number,
  intervalMs: number,
): NextAttempt {
  const notBefore = Math.round(now + between(MIN_WAIT, MAX_WAIT) * intervalMs);
  const isSame = last?.host === host && last.key === key;
  const { failures = 0, reason = '', isUnauthorized = false } = isSame ? last : {};
  return { host, key, notBefore, until: notBefore, askedUntil: 0, at: now, failures, reason, isUnauthorized };
}

/** The wait after an attempt, longer after each failure in a row. */
export function ended(
  last: NextAttempt | undefined,
  endpoint: Endpoint,
  failure: Failure | undefined,
  now: number,
  intervalMs: number,
): NextAttempt {
  const next = begun(last, endpoint, now, intervalMs);
  if (failure === undefined) return { ...next, failures: 0, reason: '', isUnauthorized: false };
  const { isUnauthorized, retryAfterMs } = failure;
  const reason = REASON.test(failure.reason) ? failure.reason : 'unknown';
  const failures = Math.min(next.failures + 1, 1000);
  const asked = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  const until = Math.round(Math.max(next.notBefore + asked, now + backOff(failures, isUnauthorized)));
  return { ...next, until, askedUntil: Math.round(now + asked), failures, reason, isUnauthorized };
}

/**
 * Doubles with each failure in a row, up to a day. A random share from half to all of it, so that installs do not retry
 * together.
 */
function backOff(failures: number, isUnauthorized: boolean): number {
  const most = isUnauthorized ? MAX_BACK_OFF_MS : MIN_BACK_OFF_MS * 2 ** Math.min(failures - 1, 20);
  return Math.min(most, MAX_BACK_OFF_MS) * between(0.5, 1);
}

/** Draws when the report is due. The time is its file's mtime: it moves with the file, and nothing else is needed. */
export function drawDueTime(path: string, now: number, intervalMs: number): void {
  const due = dueTime(now, intervalMs) / 1000;
  utimesSync(path, due, due);
}

/** A random time within half a day, ms since the epoch. */
export function dueTime(now: number, intervalMs: number): number {
  return now + between(0, DUE_WITHIN) * intervalMs;
}

/** False while the report waits for its time. After a clock that was set back, it does not wait for years. */
export function isDue(path: string, now: number, intervalMs: number): boolean {
  return hasCome(entry(path)?.mtimeMs ?? 0, now, intervalMs);
}

/** When a server tries to send a report of the outbox at the earliest, ms since the epoch. */
export function nextTry(home: Home, endpoint: Endpoint, path: string, now: number): number {
  const due = entry(path)?.mtimeMs ?? now;
  const wait = readPause(home, endpoint, now)?.until ?? now;
  return Math.round(Math.max(now, wait, hasCome(due, now, INTERVAL_MS) ? now : due));
}

/** Whether a due time has come. */
export function hasCome(due: number, now: number, intervalMs: number): boolean {
  return now >= due || due - now > DUE_WITHIN * intervalMs + MAX_CLOCK_ERROR_MS;
}

function between(min: number, max: number): number {
  return min + Math.random() * (max - min);
}
