import { KEYS, readConfig } from '../consent/config-file.js';
import { updateConfig } from '../consent/config-update.js';
import { type Consent, decide } from '../consent/decide.js';
import { purgeAll, purgeUnsent } from '../outbox/purge.js';
import { AnalyticsError } from '../platform/errors.js';
import { entry } from '../platform/files.js';
import { findHome, type Home } from '../platform/home.js';
import { SCHEMA } from '../schema/fields.js';

export interface Choice {
  /** Also delete what was already sent, and what servers declared. Only with `false`. */
  readonly purge?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** What came of a choice. */
export interface Chosen {
  /** What config.json says now. */
  readonly saved: boolean;
  /** What applies in this environment: a variable may decide otherwise. */
  readonly consent: Consent;
  readonly configPath: string;
  /** Where a config file that could not be understood was kept. */
  readonly keptCopy?: string;
}

/**
 * Turns analytics on (for the current schema) or off, for this home. When a no returns, running servers of this home
 * record and send nothing more, and everything unsent is deleted (P10).
 *
 * @throws AnalyticsError `NO_HOME`, `CONFIG_NOT_WRITTEN` (nothing changed), `DATA_NOT_DELETED` (it is off all the same)
 */
export async function setAnalytics(
  enabled: boolean,
  { purge = false, env = process.env }: Choice = {},
): Promise<Chosen> {
  const home = requireHome(env);
  const { keptCopy } = await updateConfig(home, {
    [KEYS.analytics]: enabled,
    [KEYS.acceptedSchema]: enabled ? SCHEMA : undefined,
  });
  // Only now: a server that still recorded or sent after this point would have to overlook the no on disk.
  if (!enabled) await (purge ? purgeAll : purgeUnsent)(home);
  const consent = decide(env, readConfig(home.config));
  return { saved: enabled, consent, configPath: home.config, ...(keptCopy !== undefined && { keptCopy }) };
}

/**
 * Deletes all local data and keeps the choice. A running server begins counting anew.
 * @returns whether there was anything
 * @throws AnalyticsError `NO_HOME`, `DATA_NOT_DELETED`
 */
export async function clearData(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const home = requireHome(env);
  const hadData = entry(home.data) !== undefined;
  await purgeAll(home);
  return hadData;
}

/** @throws AnalyticsError `NO_HOME`, `CONFIG_NOT_WRITTEN` */
export async function setHintShown(shown: boolean, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  await updateConfig(requireHome(env), { [KEYS.hintShown]: shown ? true : undefined });
}

/** @throws AnalyticsError `NO_HOME` */
export function requireHome(env: NodeJS.ProcessEnv): Home {
  const home = findHome(env);
  if (home !== undefined) return home;
  const why = env.DOT_AI_CONFIG_DIR
    ? 'DOT_AI_CONFIG_DIR is not an absolute path'
    : 'there is no home folder: HOME is not an absolute path';
  throw new AnalyticsError('NO_HOME', `${why}. Set DOT_AI_CONFIG_DIR to an absolute path.`);
}
