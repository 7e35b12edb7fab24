import { lookAt } from '../core/inspect/local-state.js';
import type { PlainCommand } from './command.js';
import { COMMANDS } from './command-table.js';
import { decider } from './format.js';
import type { Output } from './output.js';

/** Asks what to do next. @returns the chosen command, or undefined to quit */
export async function chooseCommand(output: Output): Promise<PlainCommand | undefined> {
  const { select } = await import('@inquirer/prompts');
  output.data('');
  const { consent } = lookAt();
  const offered: readonly PlainCommand[] = ['preview', consent.enabled ? 'disable' : 'enable', 'sent', 'schema'];
  return select<PlainCommand | undefined>({
    message: `Analytics is ${consent.enabled ? 'on' : 'off'}: ${decider(consent)}. What next?`,
    choices: [
      ...offered.map((name) => ({ name: `${name}: ${summaryOf(name)}`, short: name, value: name })),
      { name: 'quit', value: undefined },
    ],
  });
}

function summaryOf(name: PlainCommand): string {
  return COMMANDS.find((spec) => spec.name === name)?.does ?? '';
}
