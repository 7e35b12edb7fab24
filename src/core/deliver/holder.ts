import { entry, parseObject, tryReadText } from '../../platform/files.js';
import type { Home } from '../../platform/home.js';
import { asIdentity, type Presence, presenceOf } from '../../platform/process-identity.js';
import type { ReportName } from '../report/closed-files.js';
import { claimPath, MAX_CLAIM_BYTES, UNSEEN_OWNER_TIMEOUT_MS } from './claims.js';

/** Who holds a report that cannot be claimed. */
export interface Holder {
  /** Null if its claim cannot be read. */
  readonly pid: number | null;
  /** `unknown`: in another container, on another machine, or not to be read. */
  readonly presence: Presence;
  /** When the claim of a process that cannot be seen ends, ms since the epoch; null while it can be seen. */
  readonly until: number | null;
}

/** Undefined if nobody holds it any more. For people only: whether a claim counts is decided in claims.ts. */
export function holderOf(home: Home, name: ReportName): Holder | undefined {
  const path = claimPath(home, name);
  const since = entry(path)?.mtimeMs;
  if (since === undefined) return undefined;
  const identity = asIdentity(parseObject(tryReadText(path, MAX_CLAIM_BYTES) ?? ''));
  const presence = identity === undefined ? 'unknown' : presenceOf(identity, since);
  const until = presence === 'unknown' ? Math.round(since) + UNSEEN_OWNER_TIMEOUT_MS : null;
  return { pid: identity?.pid ?? null, presence, until };
}
