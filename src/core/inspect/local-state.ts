import { type Clock, systemClock } from '../../platform/clock.js';
import { causeOf } from '../../platform/errors.js';
import { folderProblem } from '../../platform/folders.js';
import { findHome, type Home, isUnwritable } from '../../platform/home.js';
import { dotAiVocabulary } from '../../schema/dot-ai.js';
import { MAX_DAYS_WAITING } from '../../schema/limits.js';
import { canonicalVocabulary, type Vocabulary } from '../../schema/vocabulary.js';
import { type ConfigState, MISSING, readConfig } from '../consent/config-file.js';
import { type Consent, decide } from '../consent/decide.js';
import { lookUpRecipient } from '../consent/look-up.js';
import { readPolicy } from '../consent/policy.js';
import type { RecipientState } from '../consent/recipient.js';
import { type Declaration, readDeclaration } from '../consent/server-declaration.js';
import type { Unfrozen } from '../report/unfrozen.js';

/** What every view takes. By default it shows this process's environment, now. */
export interface InspectOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
  /** The names to use if no server has recorded here yet. Default: dot-ai's. */
  readonly vocabulary?: Vocabulary;
}

/**
 * What a view finds. `readStatus` and `readPreview` return its data alone; the command line also prints the warnings,
 * to stderr.
 */
export interface View<Data> {
  /** Exactly what `--json` prints. */
  readonly data: Data;
  /** Warnings for people, each without the last full stop. */
  readonly warnings: readonly string[];
}

/** The state of this machine that all views start from. Reading it writes nothing. */
export interface Local {
  readonly env: NodeJS.ProcessEnv;
  readonly now: number;
  readonly home: Home | undefined;
  readonly config: ConfigState;
  readonly consent: Consent;
  readonly declaration: Declaration | undefined;
  readonly vocabulary: Vocabulary;
  readonly resolved: RecipientState;
}

export function lookAt({
  env = process.env,
  clock = systemClock,
  vocabulary = dotAiVocabulary,
}: InspectOptions = {}): Local {
  const home = findHome(env);
  const config = home === undefined ? MISSING : readConfig(home.config);
  const declaration = home === undefined ? undefined : readDeclaration(home);
  const policy = readPolicy();
  return {
    env,
    now: clock(),
    home,
    config,
    consent: decide(policy, env, config),
    declaration,
    vocabulary: declaration ?? canonicalVocabulary(vocabulary),
    resolved: lookUpRecipient(home, env, undefined, { policy, config, recorded: declaration?.posthog }),
  };
}

/** A warning if counts exist that no view can show, because they are only in a server's memory. */
export function blindSpot({ home, consent }: Local): string | undefined {
  if (!consent.enabled || (home !== undefined && !isUnwritable(home))) return undefined;
  const problem = home && folderProblem(home.data);
  const why = problem === undefined ? '' : `, because ${causeOf(problem)}`;
  const where = home === undefined ? 'There is no folder for counts' : `${home.data} cannot be written${why}`;
  return `${where}: a server keeps its counts in memory and sends them after the day is over or when it ends, so they cannot be shown here`;
}

/** A warning if counts exist that are not sent yet although analytics is off here. */
export function dataWhileOff({ consent }: Local, hasUnsent: boolean): string | undefined {
  return consent.enabled || !hasUnsent ? undefined : DATA_WHILE_OFF;
}

const DATA_WHILE_OFF =
  'counts exist although analytics is off here: a server was started with DOT_AI_ANALYTICS=true in its own environment, or they are from before; dot-ai-analytics disable deletes them';

/** A warning about a day of which no report may be made. */
export function unfrozenWarning({ day, problem }: Unfrozen): string {
  return `the counts of ${day} are not sent, because ${problem}. They wait for a version that can send them, at most ${MAX_DAYS_WAITING} days`;
}

/** A warning if a server or the environment names another recipient than the one in force. */
export function pendingWarning({ recipient, pending }: RecipientState): string | undefined {
  if (recipient === null || pending === null) return undefined;
  const change =
    recipient.host === pending.host
      ? `${pending.host} with another key`
      : `${pending.host} instead of ${recipient.host}`;
  const who = pending.source === 'environment' ? 'the environment' : 'a server';
  return `${who} names another recipient, ${change}. It gets nothing until you accept it: dot-ai-analytics enable`;
}
