import { type Stats, statSync } from 'node:fs';
import { guard } from '../../platform/guard.js';
import type { Home } from '../../platform/home.js';
import { type ConfigState, MISSING, readConfig } from './config-file.js';
import { type Consent, decide, UNDECIDED } from './decide.js';
import type { LayerName } from './layers.js';
import { NO_POLICY, POLICY_PATH, type Policy, readPolicy } from './policy.js';

/**
 * ms of the monotonic clock. A count may use an answer that is this old. Code that creates a file or sends asks again.
 */
export const MAX_LOOK_AGE_MS = 50;

/** What a process asks before it records and again before it sends. */
export interface Gate {
  /**
   * The consent as of now. Costs one stat(2) for each file that can change it: the policy and config.json.
   */
  check(): Consent;
  /** True if no file can change the answer while the process lives: the environment says off. */
  readonly isFixed: boolean;
  /** How often config.json was found changed. Between two changes nobody can have opted out and in again. */
  changes(): number;
}

/**
 * A gate over a copy of this environment, this machine's policy and this home's config file. A change of a file is
 * noticed at the next check, because every update replaces the file or sets its time: inode, size or a time differ. The
 * gate never throws: any error while deciding means off (P2, P6).
 */
export function createGate(env: NodeJS.ProcessEnv, home: Home | undefined): Gate {
  const snapshot = { ...env };
  const policy = watch(POLICY_PATH, readPolicy, NO_POLICY);
  const config = watch(home?.config, readConfig, MISSING);
  const state: State = { consent: UNDECIDED };
  const check = () => guard(() => look(state, policy, config, snapshot), 'consent') ?? UNDECIDED;
  const consent = check();
  if (!consent.enabled && FIXED.includes(consent.decidedBy))
    return { isFixed: true, check: () => consent, changes: () => 0 };
  return { isFixed: false, check, changes: () => config.changes };
}

/** Off by one of these stays off: no later layer counts, and the policy can only restrict. */
const FIXED: readonly LayerName[] = ['DO_NOT_TRACK', 'DOT_AI_ANALYTICS'];

interface State {
  consent: Consent;
}

function look(state: State, policy: Watched<Policy>, config: Watched<ConfigState>, env: NodeJS.ProcessEnv): Consent {
  // Both are always updated, so no `||` here.
  const [isPolicyNew, isConfigNew] = [update(policy), update(config)];
  if (isPolicyNew || isConfigNew || state.consent === UNDECIDED) {
    state.consent = UNDECIDED; // an error below means off, and the next check decides again
    state.consent = decide(policy.content, env, config.content);
  }
  return state.consent;
}

/** A file, and its content when it was read last. */
interface Watched<Content> {
  readonly path: string | undefined;
  readonly read: (path: string) => Content;
  content: Content;
  seen: Seen;
  isSettled: boolean;
  changes: number;
}

function watch<Content>(path: string | undefined, read: (path: string) => Content, content: Content): Watched<Content> {
  return { path, read, content, seen: undefined, isSettled: false, changes: 0 };
}

/** Reads the file again if it has changed. @returns whether it has */
function update<Content extends { readonly state: string }>(watched: Watched<Content>): boolean {
  if (watched.path === undefined) return false;
  // Stat before read: a change between the two is seen as one more change next time, never missed.
  const now = statOf(watched.path);
  if (watched.isSettled && isSame(now, watched.seen)) return false;
  watched.isSettled = false; // an error below means off, and the file is read again
  if (!isSame(now, watched.seen)) watched.changes += 1;
  watched.seen = now;
  watched.content = watched.read(watched.path);
  // A file that cannot be read just now (EMFILE) means off, and is tried again even if it does not change.
  watched.isSettled = watched.content.state !== 'unreadable';
  return true;
}

/** Undefined if the file is missing. */
type Seen = Stats | 'hidden' | undefined;

function statOf(path: string): Seen {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return 'hidden'; // reading it fails as well, so that analytics is off
  }
}

function isSame(a: Seen, b: Seen): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}
