import { type Stats, statSync } from 'node:fs';
import type { Home } from '../../platform/home.js';
import { MISSING, readConfig } from './config-file.js';
import { type Consent, decide } from './decide.js';

/** What a process asks before it records and again before it sends. */
export interface Gate {
  /** The consent as of now. Costs one stat(2) while the config file matters, nothing where the environment decided. */
  check(): Consent;
  /** True where no file can change the answer: it holds for the life of the process. */
  readonly isFixed: boolean;
}

/**
 * A gate over this environment, as it is at this moment, and this home's config file. A change of the file is noticed
 * at the next check: every update replaces it, so that inode, size or a time differ.
 */
export function createGate(env: NodeJS.ProcessEnv, home: Home | undefined): Gate {
  const snapshot = { ...env };
  if (home === undefined) return fixed(decide(snapshot, MISSING));

  let seen: Stats | undefined;
  let consent: Consent;
  let isSettled = false;
  function read(path: string): Consent {
    // Stat before read: a change between the two is seen as one more change next time, never missed.
    seen = statOf(path);
    const config = readConfig(path);
    // A file that can't be read just now (EMFILE) means off, and is tried again even if it does not change.
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
    return undefined; // can't be seen: reading it fails as well, and that means off
  }
}

function isSame(a: Stats | undefined, b: Stats | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs;
}
