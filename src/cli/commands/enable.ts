import { setAnalytics } from '../../core/control/set-analytics.js';
import { type Local, lookAt } from '../../core/inspect/local-state.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import { EVENTS, SCHEMA } from '../../schema/fields.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import { decider, onOff, shortPath } from '../format.js';
import { columns, type Output } from '../output.js';

export const run: Run<'enable'> = async ({ options }, output) => {
  const local = lookAt();
  if (isSaved(local)) {
    output.data('Analytics is on already. Turn it off: dot-ai-analytics disable');
    return EXIT.done;
  }
  if (!options.yes) {
    explain(local, output);
    if (output.canAsk && !(await output.ask('Turn anonymous usage analytics on?'))) {
      output.data('Nothing was changed.');
      return EXIT.failed; // the user asked for analytics, and it is not on
    }
  }
  const { consent, configPath, keptCopy } = await setAnalytics(true);
  if (keptCopy)
    output.remark(
      `A copy of the old file is ${shortPath(keptCopy)}. What could not be understood in it is no longer in effect.`,
    );
  output.data(`Saved: ${onOff(true, output)}, schema ${SCHEMA}, in ${shortPath(configPath)}.`);
  output.data(
    `In effect here: ${onOff(consent.enabled, output)}${consent.enabled ? '' : `, because of ${decider(consent)}`}.`,
  );
  for (const { warning } of consent.layers) if (warning) output.remark(`Warning: ${warning}.`);
  if (!consent.enabled) throw new AnalyticsError(CLI_ERRORS.enableHasNoEffect);
  output.data('See what is counted at any time: dot-ai-analytics preview. Turn it off: dot-ai-analytics disable');
  return EXIT.done;
};

function isSaved({ consent, config }: Local): boolean {
  return consent.enabled && consent.decidedBy === 'config' && config.acceptedSchema === SCHEMA;
}

/** Shows on one screen what an opt-in means. */
function explain({ resolved: { destination } }: Local, { paint, width, data }: Output): void {
  data(`${paint.bold('What is collected')}: once a day, counts. Per row one of these, nothing else:`);
  data(
    columns(
      EVENTS.map(({ event, answers }) => [event, answers]),
      width,
    ),
  );
  data(`\n${paint.bold('What is not')}`);
  data(
    'No identifier of you, your machine, installation or session. No arguments, prompts, results, error messages, cluster or file names; nothing of your operating system, versions or client, and no clock time.',
  );
  data(`\n${paint.bold('Where it goes')}`);
  data(
    `${destination === null ? 'Nowhere yet: the server that embeds this names the place, and status shows it.' : `To ${destination.host}, as ${SOURCES[destination.source]} says.`} Whoever receives it sees the address it comes from, as always in the internet; it is asked not to keep it. In a container whose folder is not kept, a server sends when it ends instead of once a day.`,
  );
  data(
    '\nAn example: dot-ai-analytics preview. Its exact bytes: preview --raw. Every field and why: dot-ai-analytics schema.\n',
  );
}

const SOURCES = { environment: 'the environment', config: 'config.json', server: 'a server that ran here' } as const;
