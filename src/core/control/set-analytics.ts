import type { AnalyticsError } from '../../platform/errors.js';
import { type Home, requireHome } from '../../platform/home.js';
import { SCHEMA } from '../../schema/fields.js';
import { isUnderstood, KEYS, readConfig } from '../consent/config-file.js';
import { type Consent, decide } from '../consent/decide.js';
import type { Endpoint } from '../consent/destination.js';
import { lookUpRecipient, readPin } from '../consent/look-up.js';
import { readPolicy } from '../consent/policy.js';
import { offeredRecipient } from '../consent/recipient.js';
import { removePin } from '../deliver/pin.js';
import { assertUnderstood } from './config-problem.js';
import { updateConfig } from './config-update.js';
import { purgeUnsent } from './delete-data.js';
import { deleteRecorded, saveOptOut } from './opt-out.js';

export interface SetAnalyticsOptions {
  /** Also delete the copies of sent reports and the declarations of servers. Only with `false`. */
  readonly purge?: boolean;
  /** Replace a config.json that cannot be understood, and keep a copy. Only with `true`; an opt-out always does. */
  readonly replace?: boolean;
  /** The recipient that the user accepted. Default: the one that is known here, if any. Only with `true`. */
  readonly recipient?: Endpoint | null;
  readonly env?: NodeJS.ProcessEnv;
}

export interface SetAnalyticsResult {
  /** What config.json says now. */
  readonly analytics: boolean;
  /** The consent in this environment, in which a variable may decide otherwise. */
  readonly consent: Consent;
  readonly configPath: string;
  /** The path of the copy of a damaged config file that was replaced. */
  readonly keptCopy?: string;
  /** After an opt-out: whether everything unsent is deleted, with `purge` also the copies. Null after an opt-in. */
  readonly deleted: boolean | null;
  /** `DATA_NOT_DELETED`: what could not be deleted, and why. The opt-out is saved and in effect all the same. */
  readonly problem?: AnalyticsError;
}

/**
 * Turns analytics on (for the current schema) or off, for this home. When an opt-out returns, running servers of this
 * home record and send nothing more, and everything unsent is deleted, unless the result says what is not (P10). Only a
 * server with `DOT_AI_ANALYTICS=true` in its own environment continues, because that variable comes before the file.
 *
 * @throws AnalyticsError `NO_HOME`, `CONFIG_NOT_WRITTEN` (the setting is unchanged), and before an opt-in
 *   `DATA_NOT_DELETED` (data from before an earlier opt-out is left, and the setting is unchanged)
 */
export async function setAnalytics(
  enabled: boolean,
  { purge = false, replace = false, recipient, env = process.env }: SetAnalyticsOptions = {},
): Promise<SetAnalyticsResult> {
  const home = requireHome(env);
  const accept = () => (recipient === undefined ? offered(home, env) : recipient);
  const done = enabled ? { ...(await optIn(home, replace, accept())), deleted: null } : await optOut(home, purge);
  return {
    analytics: enabled,
    consent: decide(readPolicy(), env, readConfig(home.config)),
    configPath: home.config,
    ...done,
  };
}

function offered(home: Home, env: NodeJS.ProcessEnv): Endpoint | null {
  return offeredRecipient(lookUpRecipient(home, env, undefined), readConfig(home.config));
}

async function optIn(home: Home, replace: boolean, recipient: Endpoint | null) {
  if (!replace) await assertUnderstood(home); // before anything is deleted
  const before = readConfig(home.config);
  // Data from before an opt-out that was written by hand must not be sent because of a later opt-in.
  if (before.analytics !== undefined && before.analytics !== true) await purgeUnsent(home);
  const changes = {
    [KEYS.analytics]: true,
    [KEYS.acceptedSchema]: SCHEMA,
    [KEYS.recipient]: recipient ?? before.recipient, // without a new one, the accepted one stays
    // The user's own destination would come before the recipient that was accepted just now.
    ...(recipient !== null && before.destination !== undefined && { [KEYS.destination]: recipient }),
  };
  const update = await updateConfig(home, changes, replace ? 'replace' : 'refuse');
  // A damaged pin stops sending, and only an opt-in repairs it.
  if (recipient !== null || readPin(home).isDamaged) removePin(home);
  return update;
}

async function optOut(home: Home, purge: boolean) {
  const { keptCopy } = await saveOptOut(home);
  const deletion = await deleteRecorded(home, purge); // from now on every server that asks sees the opt-out
  return { ...(keptCopy !== undefined && { keptCopy }), ...deletion };
}

/**
 * Saves that a person was asked and declined, so that the hint does not come back. Changes nothing if analytics is on,
 * or if config.json cannot be understood.
 *
 * @returns whether the setting is now `false`
 * @throws AnalyticsError `NO_HOME`, `CONFIG_NOT_WRITTEN`
 */
export async function saveRefusal(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const home = requireHome(env);
  const changes = { [KEYS.analytics]: false, [KEYS.acceptedSchema]: undefined };
  await updateConfig(home, changes, 'refuse', ({ state, analytics }) => !isUnderstood(state) || analytics === true);
  return readConfig(home.config).analytics === false;
}
