import { requireHome } from '../../platform/home.js';
import { KEYS } from '../consent/config-file.js';
import { updateConfig } from './config-update.js';

/** @throws AnalyticsError `NO_HOME`, `CONFIG_NOT_WRITTEN` */
export async function setHintShown(shown: boolean, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  await updateConfig(
    requireHome(env),
    shown ? { [KEYS.hintShown]: true } : { [KEYS.hintShown]: undefined, [KEYS.offered]: undefined },
    'refuse',
  );
}
