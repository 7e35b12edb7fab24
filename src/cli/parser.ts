import { Argument, Command, CommanderError, Option } from 'commander';
import type { Call } from './command.js';
import { commandLine } from './command-line.js';
import { COMMANDS, type CommandSpec, READERS } from './command-table.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { columns } from './layout.js';
import { EXAMPLES, EXIT_CODES, MAIN_VARIABLES } from './manual-table.js';
import { withoutMarks } from './marks.js';
import type { Output } from './output.js';
import { VERSION } from './version.js';

/**
 * Parses a command line. For help, and for a command line that is wrong, commander prints the text.
 * @returns the command to run, or the exit code if commander has printed
 */
export function parse(argv: readonly string[], output: Output): Call | ExitCode {
  let call: Call | undefined;
  let helpOf = `${commandLine('--help')} lists the commands`;
  const program = new Command('dot-ai-analytics')
    .description('Opt-in, anonymous usage analytics of dot-ai: decide, and see what leaves this machine.')
    .version(VERSION, '-V, --version', 'show the version; also -v')
    .exitOverride()
    .configureOutput(outputFor(output))
    .configureHelp(helpFor(output))
    .commandsGroup(`${READERS.user}:`)
    .helpCommand('help [command]', 'show the help of a command')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', () => helpAfter(output));
  for (const spec of COMMANDS) {
    const command = toCommand(spec, output, (given) => {
      call = given;
    });
    command.exitOverride((error) => {
      helpOf = `${commandLine(`${spec.name} --help`)} lists the options`;
      throw error;
    });
    program.addCommand(command);
  }
  try {
    program.parse(argv[0] === '-v' ? ['--version'] : argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done; // help and version are not errors
    output.error(inOneLine(error));
    output.remark(`(${helpOf})`);
    return EXIT.usage;
  }
  return call ?? EXIT.usage;
}

function helpAfter({ width }: Output): string {
  const table = (title: string, rows: readonly (readonly [string, string])[]) =>
    `\n${title}:\n${withoutMarks(columns(rows, width))}`;
  return [
    table(
      'Examples',
      EXAMPLES.map(([words, does]) => [commandLine(words), does] as const),
    ),
    table('Environment (all of it: man dot-ai-analytics)', MAIN_VARIABLES),
    table(
      'Exit codes',
      EXIT_CODES.map(([exit, what]) => [String(exit), what] as const),
    ),
  ].join('\n');
}

/** commander prints help and nothing else: its errors are printed as all others are. */
function outputFor({ text }: Output) {
  return { writeOut: text, writeErr: () => {} };
}

/** Its own prefix and the line break before a suggestion are left out. */
function inOneLine({ message }: CommanderError): string {
  return message.replace(/^error: /, '').replace(/\n(?=\(Did you mean [^\n]*$)/, ' ');
}

/** commander does not wrap the description of an option on a narrow terminal. */
function helpFor({ width }: Output) {
  const formatItem = (term: string, termWidth: number, does: string) =>
    withoutMarks(columns([[term.padEnd(termWidth), does]], width));
  return { helpWidth: width, formatItem };
}

function toCommand(spec: CommandSpec, output: Output, onCall: (call: Call) => void): Command {
  const command = new Command(spec.name)
    .summary(spec.does)
    .helpGroup(`${READERS[spec.reader]}:`)
    .helpOption('-h, --help', 'show this help')
    .description([`${spec.does[0]?.toUpperCase()}${spec.does.slice(1)}.`, ...spec.more].join('\n\n'))
    .configureOutput(outputFor(output))
    .configureHelp(helpFor(output));
  if (spec.argument) command.addArgument(toArgument(spec.argument));
  if (spec.second) command.addArgument(toArgument(spec.second));
  for (const option of toOptions(spec)) command.addOption(option);
  return command.action((...given: unknown[]) => {
    const argument = spec.argument === undefined ? undefined : given[0];
    // The types are derived from the table by which commander has checked both.
    const second = spec.second === undefined ? {} : { second: given[1] };
    onCall({ name: spec.name, invocation: { argument, ...second, options: command.opts() } } as Call);
  });
}

function toArgument({ name, does, choices }: NonNullable<CommandSpec['argument']>): Argument {
  const argument = new Argument(choices === undefined ? `[${name}]` : `<${name}>`, does);
  return choices === undefined ? argument : argument.choices(choices);
}

function toOptions({ options, exclusive = [] }: CommandSpec): Option[] {
  const nameOf = (flag: string) => new Option(flag).attributeName();
  return options.map(({ flag, does }) => {
    const others = exclusive.includes(flag) ? exclusive.filter((other) => other !== flag) : [];
    return new Option(flag, does).conflicts(others.map(nameOf));
  });
}
