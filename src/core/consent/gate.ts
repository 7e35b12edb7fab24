import { type Stats, statSync } from 'node:fs';
import type { Home } from '../../platform/home.js';
import { MISSING, readConfig } from './config-file.js';
import { type Consent, decide } from './decide.js';

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
}

/**
 * Creates a gate from a copy of the environment and from the home's config file. The next check notices a change of the
 * file, because every update replaces it, so that its inode, size or a time differs.
 */
export function createGate(env: NodeJS.ProcessEnv, home: Home | undefined): Gate {
  const snapshot = { ...env };
  if (home === undefined) return fixed(decide(snapshot, MISSING));

  let seen: Stats | undefined;
  let consent: Consent;
  let isSettled = false;
  function read(path: string): Consent {
    // Stat comes before read. So a change between the two is read again at the next check, and never missed.
    seen = statOf(path);
    const config = readConfig(path);
    // A file that cannot be read now (EMFILE) means off. It is read again at the next check, even if it did not change.
    isSettled = config.state !== 'unreadable';
    consent = decide(snapshot, config);
    return consent;
  }
  consent = read(home.config);
  if (isDecidedByEnvironment(consent)) return fixed(consent);
  return {
    isFixed: false,
    check: () => (isSettled && isSame(statOf(home.config), seen) ? consent : read(home.config)),
  };
}

function fixed(consent: Consent): Gate {
  return { isFixed: true, check: () => consent };
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
