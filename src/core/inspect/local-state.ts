import { type Clock, systemClock } from '../../platform/clock.js';
import { findHome, type Home, isUnwritable } from '../../platform/home.js';
import { dotAiVocabulary } from '../../schema/dot-ai.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import { type ConfigState, MISSING, readConfig } from '../consent/config-file.js';
import { type Consent, decide } from '../consent/decide.js';
import { type Resolved, resolveDestination } from '../consent/destination.js';
import { type Declaration, readDeclaration } from '../consent/server-declaration.js';

/** Whose environment and which moment is looked at. */
export interface InspectOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  /** Names to use where no server has recorded here yet; default: dot-ai's. */
  readonly vocabulary?: Vocabulary;
}

/** Everything that can be read about a home, nothing written. */
export interface Local {
  readonly env: NodeJS.ProcessEnv;
  readonly now: number;
  readonly home: Home | undefined;
  readonly config: ConfigState;
  readonly consent: Consent;
  readonly declaration: Declaration | undefined;
  readonly vocabulary: Vocabulary;
  readonly resolved: Resolved;
}

export function lookAt({
  env = process.env,
  clock = systemClock,
  vocabulary = dotAiVocabulary,
}: InspectOptions = {}): Local {
  const home = findHome(env);
  const config = home === undefined ? MISSING : readConfig(home.config);
  const declaration = home === undefined ? undefined : readDeclaration(home);
  return {
    env,
    now: clock(),
    home,
    config,
    consent: decide(env, config),
    declaration,
    vocabulary: declaration ?? vocabulary,
    resolved: resolveDestination(env, config.destination, declaration?.posthog),
  };
}

/** What a person must know about what can't be seen here; undefined where everything can. */
export function blindSpot({ home, consent }: Local): string | undefined {
  if (!consent.enabled || (home !== undefined && !isUnwritable(home))) return undefined;
  const where = home === undefined ? 'There is no folder for counts' : `${home.data} can't be written`;
  return `${where}: a server keeps them in memory and sends them when it ends, and they can't be shown here`;
}
