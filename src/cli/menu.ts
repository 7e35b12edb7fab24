import { inspect } from '../core/inspect/status.js';
import { EXIT, type Invocation, type Run } from './command.js';
import { COMMANDS } from './command-table.js';
import { decider } from './format.js';

const NOTHING: Invocation = { argument: undefined, options: {}, values: {} };

/** The command line without a command: a small menu on a terminal, else the status. */
export const run: Run = async (_invocation, output) => {
  const { run: showStatus } = await import('./commands/status.js');
  await showStatus(NOTHING, output);
  if (!output.isInteractive) return EXIT.done;
  const { select } = await import('@inquirer/prompts');
  output.data('');
  const { status } = inspect({});
  const offered = ['preview', status.enabled ? 'disable' : 'enable', 'sent', 'schema'].flatMap(
    (name) => COMMANDS.find((spec) => spec.name === name) ?? [],
  );
  const chosen = await select({
    message: `Analytics is ${status.enabled ? 'on' : 'off'}: ${decider(status)}. What next?`,
    choices: [
      ...offered.map(({ name, does }) => ({ name: `${name}: ${does}`, short: name, value: name })),
      { name: 'quit', value: '' },
    ],
  });
  const spec = COMMANDS.find(({ name }) => name === chosen);
  return spec === undefined ? EXIT.done : (await spec.load()).run(NOTHING, output);
};
