import { join } from 'node:path';
import { randomToken } from '../../platform/crypto.js';
import { entry, isThere, parseObject, removeFile, tryReadText, writeTemporary } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { linkOnce } from '../../platform/link-once.js';
import { tryWithLock } from '../../platform/lock.js';
import { asIdentity, ownIdentity, presenceOf } from '../../platform/process-identity.js';
import { listNames, type ReportName } from '../report/closed-files.js';

/*
 * sending/<name>.claim.json names the process that sends the report <name>. It is published whole before the report
 * comes into sending/, and removed after the report has left it. So a report in sending/ without a claim is nobody's.
 *
 * A claim is never replaced. Only its owner removes it, or, under a lock, a process that sees that the owner is gone.
 */

/** A claim, as its owner knows it again. */
export interface Claim {
  readonly name: ReportName;
  readonly text: string;
}

const CLAIM = '.claim.json';
const MAX_CLAIM_BYTES = 1024;
/** An owner that cannot be seen counts as alive for so long, so that a killed container does not keep its reports. */
const UNSEEN_OWNER_TIMEOUT_MS = 10 * 60_000;

const claimPath = (home: Home, name: ReportName) => join(home.sending, `${name}${CLAIM}`);

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
  if (holds(home, claim)) removeFile(claimPath(home, claim.name));
}

/** A claim whose owner lives, or cannot be seen and may live. */
export interface LiveClaim {
  readonly name: ReportName;
  readonly pid: number;
}

export function liveClaims(home: Home): LiveClaim[] {
  return listNames(home.sending, CLAIM).flatMap((name) => liveClaim(home, name) ?? []);
}

function liveClaim(home: Home, name: ReportName): LiveClaim | undefined {
  const path = claimPath(home, name);
  const since = entry(path)?.mtimeMs;
  const identity = asIdentity(parseObject(tryReadText(path, MAX_CLAIM_BYTES) ?? ''));
  if (since === undefined || identity === undefined) return undefined; // it is gone, or no process wrote it
  const presence = presenceOf(identity, since);
  const isFresh = Math.abs(Date.now() - since) < UNSEEN_OWNER_TIMEOUT_MS;
  return presence === 'alive' || (presence === 'unknown' && isFresh) ? { name, pid: identity.pid } : undefined;
}

/** The claims and reports in sending/ that belong to nobody any more are handed to `putBack`, then the claims removed. */
export function reclaim(home: Home, putBack: (name: ReportName) => void): void {
  const left = new Set([...listNames(home.sending, CLAIM), ...listNames(home.sending, '.json')]);
  const isAbandoned = (name: ReportName) => liveClaim(home, name) === undefined;
  if (![...left].some(isAbandoned)) return;
  tryWithLock(join(home.sending, 'reclaim.lock'), (lock) => {
    for (const name of left) {
      if (!isAbandoned(name)) continue;
      lock.assertHeld();
      putBack(name);
      if (isThere(claimPath(home, name))) removeFile(claimPath(home, name));
    }
  });
}
