import { setAnalytics } from '../../core/control/set-analytics.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import { decider, onOff, shortPath } from '../format.js';

export const run: Run<'disable'> = async ({ options }, output) => {
  const purge = options.purge === true;
  const { consent, configPath, keptCopy } = await setAnalytics(false, { purge });
  if (keptCopy)
    output.remark(
      `A copy of the old file is ${shortPath(keptCopy)}. What could not be understood in it is no longer in effect.`,
    );
  output.data(
    `Saved: ${onOff(false, output)}, in ${shortPath(configPath)}. Everything unsent is deleted${purge ? ', and the copies of what was sent' : ''}.`,
  );
  output.data(
    `In effect here: ${onOff(consent.enabled, output)}${consent.enabled ? `, because of ${decider(consent)}` : ''}.`,
  );
  for (const { warning } of consent.layers) if (warning) output.remark(`Warning: ${warning}.`);
  if (consent.enabled) throw new AnalyticsError(CLI_ERRORS.disableHasNoEffect, { decider: decider(consent) });
  if (!purge)
    output.data(
      'Copies of what was already sent stay for you to read: dot-ai-analytics sent. Delete them: dot-ai-analytics clear',
    );
  return EXIT.done;
};
