import { renameSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { randomToken } from '../../platform/crypto.js';
import { systemCode } from '../../platform/errors.js';
import { entry, parseObject, removeFile, tryReadText } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { linkOnce } from '../../platform/link-once.js';
import { tryWithLock } from '../../platform/lock.js';
import { asIdentity, ownIdentity, presenceOf } from '../../platform/process-identity.js';
import { temporaryBeside, writeTemporary } from '../../platform/temporary-files.js';
import { listNames, type ReportName } from '../report/closed-files.js';

/*
 * sending/<name>.claim.json names the process that sends the report <name>. It is published whole before the report
 * comes into sending/, and removed after the report has left it. So a report in sending/ without a claim is nobody's.
 *
 * A claim is never replaced. Only its owner removes it, or, under a lock, a process that sees that the owner is gone.
 */

/** A claim, with the text by which its owner recognizes it. */
export interface Claim {
  readonly name: ReportName;
  readonly text: string;
}

const CLAIM = '.claim.json';
export const MAX_CLAIM_BYTES = 1024;
/**
 * An owner that cannot be seen, or whose claim cannot be read, counts as alive for this long. So a killed container
 * does not keep its reports forever.
 */
export const UNSEEN_OWNER_TIMEOUT_MS = 10 * 60_000;

export const claimPath = (home: Home, name: ReportName) => join(home.sending, `${name}${CLAIM}`);

/** @returns undefined where the report has a claim already. @throws a system error */
export function publishClaim(home: Home, name: ReportName): Claim | undefined {
  const text = `${JSON.stringify({ ...ownIdentity(), token: randomToken(8) })}\n`;
  const temporary = writeTemporary(claimPath(home, name), text);
  try {
    return linkOnce(temporary, claimPath(home, name)) ? { name, text } : undefined;
  } finally {
    removeFile(temporary);
  }
}

export function holds(home: Home, { name, text }: Claim): boolean {
  return tryReadText(claimPath(home, name), MAX_CLAIM_BYTES) === text;
}

export function removeClaim(home: Home, claim: Claim): void {
  if (holds(home, claim)) takeClaim(home, claim.name, claim.text);
}

/** A claim whose owner lives, or cannot be seen and may live. */
export interface LiveClaim {
  readonly name: ReportName;
  /** Undefined if the claim cannot be read: then it is another user's, most likely root's. */
  readonly pid: number | undefined;
}

export function liveClaims(home: Home): LiveClaim[] {
  return listNames(home.sending, CLAIM).flatMap((name) => liveClaim(home, name) ?? []);
}

function liveClaim(home: Home, name: ReportName): LiveClaim | undefined {
  const path = claimPath(home, name);
  const text = tryReadText(path, MAX_CLAIM_BYTES);
  const stat = entry(path); // after reading: a claim that was removed meanwhile is missing, not unreadable
  if (stat === undefined || (text === undefined && !isWellFormed(stat))) return undefined; // it is gone, or no claim
  const identity = text === undefined ? undefined : asIdentity(parseObject(text));
  if (text !== undefined && identity === undefined) return undefined; // no process wrote it
  const presence = identity === undefined ? 'unknown' : presenceOf(identity, stat.mtimeMs);
  const isFresh = Math.abs(Date.now() - stat.mtimeMs) < UNSEEN_OWNER_TIMEOUT_MS;
  return presence === 'alive' || (presence === 'unknown' && isFresh) ? { name, pid: identity?.pid } : undefined;
}

const isWellFormed = (stat: Stats) => stat.isFile() && stat.size <= MAX_CLAIM_BYTES;

/**
 * Removes each claim in sending/ whose owner is gone, and hands its report, or a report without a claim, to `putBack`.
 */
export function reclaim(home: Home, putBack: (name: ReportName) => void): void {
  const left = new Set([...listNames(home.sending, CLAIM), ...listNames(home.sending, '.json')]);
  const isAbandoned = (name: ReportName) => liveClaim(home, name) === undefined;
  if (![...left].some(isAbandoned)) return;
  tryWithLock(join(home.sending, 'reclaim.lock'), (lock) => {
    for (const name of left) {
      const text = tryReadText(claimPath(home, name), MAX_CLAIM_BYTES);
      if (!isAbandoned(name)) continue;
      lock.assertHeld();
      if (takeClaim(home, name, text)) putBack(name);
    }
  });
}

/**
 * Removes the claim that was read. If this process was stopped since then, another process may own the report now. So
 * the claim is first moved aside, and put back if it is not the one that was read.
 *
 * @returns false if the claim is another one
 */
function takeClaim(home: Home, name: ReportName, text: string | undefined): boolean {
  const path = claimPath(home, name);
  const aside = temporaryBeside(path);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return text === undefined; // a report without a claim
    throw error;
  }
  const isSame = tryReadText(aside, MAX_CLAIM_BYTES) === text;
  if (!isSame) linkOnce(aside, path);
  removeFile(aside);
  return isSame;
}
