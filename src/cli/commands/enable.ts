import { setAnalytics } from '../../choice/set-analytics.js';
import { EVENTS, SCHEMA } from '../../schema/fields.js';
import { EXIT, type Run } from '../command.js';
import { columns, type Output } from '../output.js';
import { decider, onOff, shortPath } from '../words.js';

export const run: Run = async ({ options }, output) => {
  if (!options.yes && output.isInteractive) {
    explain(output);
    const { confirm } = await import('@inquirer/prompts');
    if (!(await confirm({ message: 'Turn anonymous usage analytics on?', default: false }))) {
      output.data('Nothing was changed.');
      return EXIT.failed; // what was asked for did not come about
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
  if (!consent.enabled) {
    output.remark(
      'Error: what you saved has no effect here. Remove what keeps it off, then look at: dot-ai-analytics status',
    );
    return EXIT.failed;
  }
  output.data('See what is counted at any time: dot-ai-analytics preview. Turn it off: dot-ai-analytics disable');
  return EXIT.done;
};

/** What a yes means, on one screen. */
function explain({ paint, width, data }: Output): void {
  data(`${paint.bold('What is collected')}: once a day, counts. Per row one of these, nothing else:`);
  data(
    columns(
      EVENTS.map(({ event, answers }) => [event, answers]),
      width,
    ),
  );
  data(`\n${paint.bold('What is not')}`);
  data(
    'No identifier of you, your machine, installation or session. No arguments, prompts, results, error messages, cluster or file names; no operating system, version, client or clock time.',
  );
  data(
    '\nAn example: dot-ai-analytics preview. Its exact bytes: preview --raw. Every field and why: dot-ai-analytics schema.\n',
  );
}
