import { requireHome } from '../../platform/home.js';
import { SCHEMA } from '../../schema/fields.js';
import { KEYS, readConfig } from '../consent/config-file.js';
import { type Consent, decide } from '../consent/decide.js';
import { updateConfig } from './config-update.js';
import { purgeAll, purgeUnsent } from './delete-data.js';

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
 * record and send nothing more, and everything unsent is deleted (P10). Only a server whose own environment says
 * `DOT_AI_ANALYTICS=true` goes on: that variable comes before the file.
 *
 * @throws AnalyticsError `NO_HOME`, `CONFIG_NOT_WRITTEN` (the choice is as it was), `DATA_NOT_DELETED` (a no is saved
 *   all the same)
 */
export async function setAnalytics(
  enabled: boolean,
  { purge = false, env = process.env }: Choice = {},
): Promise<Chosen> {
  const home = requireHome(env);
  const before = readConfig(home.config);
  const choice = { [KEYS.analytics]: enabled, [KEYS.acceptedSchema]: enabled ? SCHEMA : undefined };
  // What is left from before a no that was written by hand must not be sent because of a later yes.
  if (enabled && before.analytics !== undefined && before.analytics !== true) await purgeUnsent(home);
  const { keptCopy } = await updateConfig(home, choice, 'replace');
  // Only now: a server that still recorded or sent after this point would have to overlook the no on disk.
  if (!enabled) await (purge ? purgeAll : purgeUnsent)(home);
  const consent = decide(env, readConfig(home.config));
  return { saved: enabled, consent, configPath: home.config, ...(keptCopy !== undefined && { keptCopy }) };
}
