import { entry } from '../../platform/files.js';
import { requireHome } from '../../platform/home.js';
import { purgeAll } from './delete-data.js';

/**
 * Deletes all local data and keeps the consent setting. A running server counts on from zero.
 * @returns whether there was any data
 * @throws AnalyticsError `NO_HOME`, `DATA_NOT_DELETED`
 */
export async function clearData(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const home = requireHome(env);
  const hadData = entry(home.data) !== undefined;
  await purgeAll(home);
  return hadData;
}
