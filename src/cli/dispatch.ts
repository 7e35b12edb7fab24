import type { Call, CommandName, PlainCommand, Run } from './command.js';
import type { ExitCode } from './exit-code.js';
import type { Output } from './output.js';

/** Each command is loaded only when it runs. */
const MODULES: { readonly [Name in CommandName]: () => Promise<{ readonly run: Run<Name> }> } = {
  status: () => import('./commands/status.js'),
  enable: () => import('./commands/enable.js'),
  disable: () => import('./commands/disable.js'),
  preview: () => import('./commands/preview.js'),
  history: () => import('./commands/history.js'),
  sent: () => import('./commands/sent.js'),
  send: () => import('./commands/send.js'),
  hint: () => import('./commands/hint.js'),
  schema: () => import('./commands/schema.js'),
  clear: () => import('./commands/clear.js'),
  collector: () => import('./commands/collector.js'),
  dashboard: () => import('./commands/dashboard.js'),
  completion: () => import('./commands/completion.js'),
};

/** The type makes this record list exactly the commands whose argument is required. */
const NEEDS_ARGUMENT: { readonly [Name in Exclude<CommandName, PlainCommand>]: true } = {
  dashboard: true,
  completion: true,
};

/** Loads a command and runs it. Nothing else runs one. */
export async function dispatch<Name extends CommandName>(
  { name, invocation }: Call<Name>,
  output: Output,
): Promise<ExitCode> {
  const { run } = await MODULES[name]();
  return run(invocation, output);
}

/** The call for a word that is a complete command line by itself, so that commander need not be loaded. */
export function plainCall(word: string): Call | undefined {
  return isCommand(word) && !Object.hasOwn(NEEDS_ARGUMENT, word) ? callOf(word as PlainCommand) : undefined;
}

export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(MODULES, word);
}

/** A command without options. */
export function callOf<Name extends PlainCommand>(name: Name): Call<Name> {
  return { name, invocation: { argument: undefined, options: {} } } as Call<Name>;
}
