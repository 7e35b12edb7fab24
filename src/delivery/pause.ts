import { join } from 'node:path';
import { ensurePrivateFolder, removeFile, tryReadObject, writeAtomically } from '../platform/files.js';
import type { Home } from '../platform/home.js';
import type { Endpoint } from '../spool/server-file.js';

/** Why nothing is sent to a destination for a while; in outbox/, so that every process of the home keeps to it. */
export interface Pause {
  readonly host: string;
  readonly key: string;
  /** ms since the epoch */
  readonly until: number;
  /** Attempts in a row that failed. */
  readonly failures: number;
  /** What happened, for `status`: `HTTP 503`, `ECONNREFUSED`. */
  readonly reason: string;
  /** True where the destination itself said how long, with Retry-After. */
  readonly asked: boolean;
}

const FIRST_MS = 60_000;
const LONGEST_MS = 6 * 3_600_000;
const UNAUTHORISED_MS = 24 * 3_600_000;

const pathOf = (home: Home) => join(home.outbox, 'pause.json');

/** The pause in force; undefined where there is none, it is over, or it was for another destination. */
export function readPause(home: Home, { host, key }: Endpoint, now: number): Pause | undefined {
  const pause = lastPause(home, { host, key });
  // A clock that was set back must not make a pause of years.
  return pause !== undefined && now < pause.until && pause.until - now <= UNAUTHORISED_MS ? pause : undefined;
}

function lastPause(home: Home, { host, key }: Endpoint): Pause | undefined {
  const value = tryReadObject(pathOf(home), 4096) as Partial<Pause> | undefined;
  const isWhole =
    typeof value?.until === 'number' && typeof value.failures === 'number' && typeof value.reason === 'string';
  return isWhole && value.host === host && value.key === key ? (value as Pause) : undefined;
}

export interface Failure {
  readonly reason: string;
  readonly retryAfterMs?: number | undefined;
  readonly unauthorised?: boolean;
}

/** Waits longer after each failure in a row, spread by half in either direction so that installs don't march in step. */
export function pause(
  home: Home,
  { host, key }: Endpoint,
  { reason, retryAfterMs, unauthorised }: Failure,
  now: number,
): void {
  const failures = Math.min((lastPause(home, { host, key })?.failures ?? 0) + 1, 1000);
  const backoff = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 20), LONGEST_MS) * (0.5 + Math.random());
  const wait = unauthorised ? UNAUTHORISED_MS : Math.max(retryAfterMs ?? 0, backoff);
  const entry: Pause = {
    host,
    key,
    until: Math.round(now + Math.min(wait, UNAUTHORISED_MS)),
    failures,
    reason,
    asked: retryAfterMs !== undefined,
  };
  ensurePrivateFolder(home.outbox);
  writeAtomically(pathOf(home), `${JSON.stringify(entry, null, 2)}\n`);
}

export function endPause(home: Home): void {
  removeFile(pathOf(home));
}
