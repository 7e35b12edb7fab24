import { type Stats, statSync } from 'node:fs';
import { guard } from '../../platform/guard.js';
import type { Home } from '../../platform/home.js';
import { MISSING, readConfig } from './config-file.js';
import { type Consent, decide, UNDECIDED } from './decide.js';

/** ms of the monotonic clock. A count may use an answer that is this old; whatever creates a file or sends asks anew. */
export const MAX_LOOK_AGE_MS = 50;

/** What a process asks before it records and again before it sends. */
export interface Gate {
  /**
   * The consent as of now. Costs one stat(2) if the config file can change it, and nothing if the environment decides.
   */
  check(): Consent;
  /** True if no file can change the answer while the process lives. */
  readonly isFixed: boolean;
  /** How often config.json was found changed. Between two changes nobody can have opted out and in again. */
  changes(): number;
}

/**
 * A gate over this environment, as it is at this moment, and this home's config file. A change of the file is noticed
 * at the next check: every update replaces it or sets its time, so that inode, size or a time differ. It is total: an
 * error while deciding, whatever it is, means off (P2, P6).
 */
export function createGate(env: NodeJS.ProcessEnv, home: Home | undefined): Gate {
  const snapshot = { ...env };
  const watched: Watched = { path: home?.config, consent: UNDECIDED, seen: undefined, isSettled: false, changes: 0 };
  const check = () => guard(() => look(watched, snapshot), 'consent') ?? UNDECIDED;
  const isFixed = home === undefined || isDecidedByEnvironment(check());
  if (isFixed) {
    const consent = check();
    return { isFixed, check: () => consent, changes: () => 0 };
  }
  return { isFixed, check, changes: () => watched.changes };
}

/** The config file as it was when it was read last. */
interface Watched {
  readonly path: string | undefined;
  consent: Consent;
  seen: Stats | undefined;
  isSettled: boolean;
  changes: number;
}

function look(watched: Watched, env: NodeJS.ProcessEnv): Consent {
  if (watched.path === undefined) return decide(env, MISSING);
  // Stat before read: a change between the two is seen as one more change next time, never missed.
  const now = statOf(watched.path);
  if (watched.isSettled && isSame(now, watched.seen)) return watched.consent;
  watched.isSettled = false; // an error below means off, and the file is read again
  if (!isSame(now, watched.seen)) watched.changes += 1;
  watched.seen = now;
  const config = readConfig(watched.path);
  watched.consent = decide(env, config);
  // A file that cannot be read just now (EMFILE) means off, and is tried again even if it does not change.
  watched.isSettled = config.state !== 'unreadable';
  return watched.consent;
}

function isDecidedByEnvironment({ decidedBy }: Consent): boolean {
  return decidedBy === 'DO_NOT_TRACK' || decidedBy === 'DOT_AI_TELEMETRY' || decidedBy === 'DOT_AI_ANALYTICS';
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // reading it fails as well, so that analytics is off
  }
}

function isSame(a: Stats | undefined, b: Stats | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}
