import type { CommandName } from './command.js';
import { isCommand } from './dispatch.js';
import { VERSION } from './version.js';

const VERSION_FLAGS = ['-v', '-V', '--version'];
const HELP_FLAGS = ['-h', '--help'];

/** The version or a help text, if the command line asks for nothing else: then commander need not be loaded. */
export async function textOnly(argv: readonly string[], width: number): Promise<string | undefined> {
  const [first = ''] = argv;
  if (argv.length === 1 && VERSION_FLAGS.includes(first)) return `${VERSION}\n`;
  const topic = helpTopic(argv);
  if (topic === undefined) return undefined;
  const { helpOf } = await import('./help.js');
  return helpOf(topic, width);
}

function helpTopic([first = '', second, ...rest]: readonly string[]): CommandName | 'program' | undefined {
  if (rest.length > 0) return undefined;
  if (second === undefined) return ['help', ...HELP_FLAGS].includes(first) ? 'program' : undefined;
  if (first === 'help') return isCommand(second) ? second : undefined;
  return isCommand(first) && HELP_FLAGS.includes(second) ? first : undefined;
}
