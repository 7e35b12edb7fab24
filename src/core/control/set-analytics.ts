import { requireHome } from '../../platform/home.js';
import { SCHEMA } from '../../schema/fields.js';
import { KEYS, readConfig } from '../consent/config-file.js';
import { type Consent, decide } from '../consent/decide.js';
import { updateConfig } from './config-update.js';
import { purgeAll, purgeUnsent } from './delete-data.js';

export interface SetAnalyticsOptions {
  /** Also delete the copies of sent reports and the declarations of servers. Only with `false`. */
  readonly purge?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

export interface SetAnalyticsResult {
  /** The consent setting that is now in config.json. */
  readonly saved: boolean;
  /** The consent in this environment, in which a variable may decide otherwise. */
  readonly consent: Consent;
  readonly configPath: string;
  /** The path of the copy of a damaged config file that was replaced. */
  readonly keptCopy?: string;
}

/**
 * Turns analytics on (for the current schema) or off, for this home. When an opt-out returns, running servers of this
 * home record and send nothing more, and everything unsent is deleted (P10). Only a server with `DOT_AI_ANALYTICS=true`
 * in its own environment continues, because that variable comes before the file.
 *
 * @throws AnalyticsError `NO_HOME`, `CONFIG_NOT_WRITTEN` (the setting is unchanged), `DATA_NOT_DELETED` (an opt-out is
 *   saved nevertheless)
 */
export async function setAnalytics(
  enabled: boolean,
  { purge = false, env = process.env }: SetAnalyticsOptions = {},
): Promise<SetAnalyticsResult> {
  const home = requireHome(env);
  const before = readConfig(home.config);
  const changes = { [KEYS.analytics]: enabled, [KEYS.acceptedSchema]: enabled ? SCHEMA : undefined };
  // Data from before an opt-out that was written by hand must not be sent because of a later opt-in.
  if (enabled && before.analytics !== undefined && before.analytics !== true) await purgeUnsent(home);
  const { keptCopy } = await updateConfig(home, changes, 'replace');
  // After the setting is on disk: from now on every server that asks sees the opt-out.
  if (!enabled) await (purge ? purgeAll : purgeUnsent)(home);
  const consent = decide(env, readConfig(home.config));
  return { saved: enabled, consent, configPath: home.config, ...(keptCopy !== undefined && { keptCopy }) };
}
