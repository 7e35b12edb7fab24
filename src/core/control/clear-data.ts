import { entry } from '../../platform/files.js';
import { guard } from '../../platform/guard.js';
import { requireHome } from '../../platform/home.js';
import { createGate } from '../consent/gate.js';
import { lookUpRecipient } from '../consent/look-up.js';
import { pinRecipient } from '../deliver/pin.js';
import { purgeAll } from './delete-data.js';

/**
 * Deletes all local data and keeps the consent setting and its recipient. A running server counts on from zero.
 * @returns whether there was any data
 * @throws AnalyticsError `NO_HOME`, `DATA_NOT_DELETED`
 */
export async function clearData(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const home = requireHome(env);
  const hadData = entry(home.data) !== undefined;
  // The recipient that the consent accepted is known by a server's declaration alone until it is first used (P11).
  guard(() => pinRecipient(home, createGate(env, home), lookUpRecipient(home, {}, undefined)), 'pin');
  await purgeAll(home);
  return hadData;
}
