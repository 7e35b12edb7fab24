import * as LIBRARY_ERRORS from '../../platform/error-table/library.js';
import { AnalyticsError, causeOf, systemCode } from '../../platform/errors.js';
import type { Home } from '../../platform/home.js';
import { isUnderstood, readConfig, syntaxErrorIn } from '../consent/config-file.js';

/** The error for a change of config.json that was not made. @param lock the path of the lock for changes */
export async function notWritten(home: Home, lock: string, cause: unknown): Promise<AnalyticsError> {
  const { config: file } = home;
  if (cause instanceof NotUnderstood) return await notUnderstood(home, cause);
  if (systemCode(cause) === 'ELOCKED')
    return new AnalyticsError(LIBRARY_ERRORS.configLocked, { file, lock }, { cause });
  return new AnalyticsError(LIBRARY_ERRORS.configNotWritten, { file, cause: causeOf(cause) }, { cause });
}

/** Only `enable --replace` or an opt-out may replace such a file. */
export class NotUnderstood extends Error {}

/**
 * @throws AnalyticsError `CONFIG_NOT_WRITTEN` if config.json is one that only `enable --replace` or an opt-out replaces
 */
export async function assertUnderstood(home: Home): Promise<void> {
  if (!isUnderstood(readConfig(home.config).state)) throw await notUnderstood(home);
}

async function notUnderstood({ config }: Home, cause?: Error): Promise<AnalyticsError> {
  const problem = await problemOf(config);
  return new AnalyticsError(LIBRARY_ERRORS.configNotUnderstood, { problem }, { cause });
}

/** What is wrong with the file, and where. */
async function problemOf(config: string): Promise<string> {
  const { problem } = readConfig(config);
  const syntax = await syntaxErrorIn(config);
  return syntax === undefined ? problem : `${config}, ${syntax}`;
}
