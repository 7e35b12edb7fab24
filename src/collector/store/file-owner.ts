import { closeSync, fstatSync, futimesSync, linkSync, openSync, renameSync } from 'node:fs';
import { hostname } from 'node:os';
import { randomToken } from '../../platform/crypto.js';
import * as COLLECTOR_ERRORS from '../../platform/error-table/collector.js';
import { AnalyticsError, messageOf, systemCode } from '../../platform/errors.js';
import { entry, parseObject, removeFile, tryReadText } from '../../platform/files.js';
import { guard } from '../../platform/guard.js';
import { tryWithLock } from '../../platform/lock.js';
import { asIdentity, ownIdentity, presenceOf } from '../../platform/process-identity.js';
import { temporaryBeside, writeTemporary } from '../../platform/temporary-files.js';

/*
 * FILE.owner names the process that uses a database. It is linked there whole, so that one process wins. Its owner
 * touches it every BEAT_INTERVAL_MS, and keeps it open: a file without a name is no longer the owner's.
 *
 * Whether an owner of the same container runs, the system tells. One of another container or machine counts as alive
 * while it touches its file. A watcher uses its own monotonic clock for that, because clocks of machines differ.
 */

const BEAT_INTERVAL_MS = 2_000;
/** An owner that cannot be seen is taken for dead after this silence. */
export const SILENCE_MS = 10_000;
const LOOK_INTERVAL_MS = 200;
const MAX_OWNER_BYTES = 1024;
const MAX_HOST_LENGTH = 64;
/** Of attempts that another process disturbed. More than that is no coincidence. */
const MAX_ATTEMPTS = 50;

/** The right of this process, and no other, to use a database. */
export interface Ownership {
  /** Who had the database before. An owner that cannot be seen may still write to its files. */
  readonly previous: 'nobody' | 'dead' | 'unseen';
  /** False when another process has taken the database, for example while this one was stopped. */
  isHeld(): boolean;
  release(): void;
}

/**
 * Claims a database. Waits for SILENCE_MS if its owner cannot be seen.
 * @param tell is told that it waits, and for whom
 * @throws AnalyticsError `COLLECTOR`
 */
export async function own(database: string, tell: (line: string) => void): Promise<Ownership> {
  const path = `${database}.owner`;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const held = hold(path);
    if (held !== undefined) return { ...held, previous: 'nobody' };
    const owner = tryReadText(path, MAX_OWNER_BYTES);
    if (owner !== undefined) {
      const isSeenDead = presence(path, owner) === 'dead';
      if (!isSeenDead) await refuseUnlessSilent(database, path, owner, tell);
      const taken = tryWithLock(`${path}.lock`, () => takeAway(path, owner) && hold(path))?.value;
      if (taken) return { ...taken, previous: isSeenDead ? 'dead' : 'unseen' };
    } else if (entry(path) !== undefined) {
      throw new AnalyticsError(COLLECTOR_ERRORS.ownerNotReadable, { file: path });
    }
    await pause(LOOK_INTERVAL_MS / 2); // another process was faster
  }
  throw new AnalyticsError(COLLECTOR_ERRORS.ownerNotReadable, { file: path });
}

function presence(path: string, owner: string) {
  const identity = asIdentity(parseObject(owner));
  if (identity === undefined) return 'unknown'; // of another version
  const seen = presenceOf(identity, entry(path)?.mtimeMs ?? 0);
  // Before this boot, or on another machine whose clock is behind: its beats tell.
  return seen === 'dead' && identity.boot !== ownIdentity().boot ? 'unknown' : seen;
}

/** Resolves if the owner cannot be seen, and does not touch its file either. */
async function refuseUnlessSilent(
  database: string,
  path: string,
  owner: string,
  tell: (line: string) => void,
): Promise<void> {
  const { pid, host } = nameOf(owner);
  if (presence(path, owner) === 'alive')
    throw new AnalyticsError(COLLECTOR_ERRORS.databaseInUse, { pid, file: database });
  tell(`${database} belongs to process ${pid} on ${host}, which cannot be seen from here. Waiting for its end.`);
  const first = entry(path)?.mtimeMs;
  const until = performance.now() + SILENCE_MS;
  while (performance.now() < until) {
    await pause(LOOK_INTERVAL_MS);
    if (tryReadText(path, MAX_OWNER_BYTES) !== owner) return; // it ended. Opening the file also renews what NFS knows
    if (entry(path)?.mtimeMs !== first)
      throw new AnalyticsError(COLLECTOR_ERRORS.databaseInUseElsewhere, { pid, host, file: database });
  }
}

function nameOf(owner: string): { readonly pid: number; readonly host: string } {
  const parsed = parseObject(owner);
  const host = typeof parsed?.host === 'string' ? parsed.host.slice(0, MAX_HOST_LENGTH) : 'an unknown host';
  return { pid: asIdentity(parsed)?.pid ?? 0, host };
}

type Held = Omit<Ownership, 'previous'>;

/** Undefined if the database has an owner. */
function hold(path: string): Held | undefined {
  const mine = `${JSON.stringify({ ...ownIdentity(), host: hostname(), token: randomToken(8) })}\n`;
  let temporary: string | undefined;
  let fd: number | undefined;
  try {
    temporary = writeTemporary(path, mine);
    fd = openSync(temporary, 'r+');
    linkSync(temporary, path);
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    if (systemCode(error) === 'EEXIST') return undefined;
    throw new AnalyticsError(COLLECTOR_ERRORS.ownerNotWritten, { file: path, cause: messageOf(error) });
  } finally {
    if (temporary !== undefined) removeFile(temporary);
  }
  return keep(path, mine, fd);
}

function keep(path: string, mine: string, fd: number): Held {
  // By its descriptor, so that a beat never touches the file of a successor. A beat that fails is missing, no more.
  const beat = setInterval(() => guard(() => futimesSync(fd, new Date(), new Date())), BEAT_INTERVAL_MS);
  beat.unref();
  let isReleased = false;
  return {
    isHeld: () => !isReleased && (guard(() => fstatSync(fd).nlink) ?? 0) > 0,
    release() {
      if (isReleased) return;
      isReleased = true;
      clearInterval(beat);
      closeSync(fd);
      if (tryReadText(path, MAX_OWNER_BYTES) === mine) removeFile(path);
    },
  };
}

/** Moves the file aside first. If it is not the one that was read, another process has claimed it and gets it back. */
function takeAway(path: string, owner: string): boolean {
  const aside = temporaryBeside(path);
  let isSame = false;
  try {
    renameSync(path, aside);
    isSame = tryReadText(aside, MAX_OWNER_BYTES) === owner;
    if (!isSame) linkSync(aside, path);
  } catch {
    // another process was faster
  }
  removeFile(aside);
  return isSame;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
