import { Argument, Command, CommanderError, Option } from 'commander';
import type { Call, CommandName } from './command.js';
import { commandLine } from './command-line.js';
import { COMMANDS, type CommandSpec } from './command-table.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { helpOf } from './help.js';
import type { Output } from './output.js';
import { VERSION } from './version.js';

/**
 * Parses a command line. For help, and for a command line that is wrong, commander prints the text.
 * @returns the command to run, or the exit code if commander has printed
 */
export function parse(argv: readonly string[], output: Output): Call | ExitCode {
  let call: Call | undefined;
  let hint = `${commandLine('--help')} lists the commands`;
  const program = new Command('dot-ai-analytics')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureOutput(outputFor(output))
    .configureHelp({ formatHelp: () => helpOf('program', output.width) })
    .helpCommand('help [command]');
  for (const spec of COMMANDS) {
    const command = toCommand(spec, output, (given) => {
      call = given;
    });
    command.exitOverride((error) => {
      hint = `${commandLine(`${spec.name} --help`)} lists the options`;
      throw error;
    });
    program.addCommand(command);
  }
  try {
    program.parse(argv[0] === '-v' ? ['--version'] : argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done; // help and version are not errors
    output.error(inOneLine(error, argv));
    output.remark(`(${hint})`);
    return EXIT.usage;
  }
  return call ?? EXIT.usage;
}

/** commander prints help and nothing else: its errors are printed as all others are. */
function outputFor({ text }: Output) {
  return { writeOut: text, writeErr: () => {} };
}

/** Its own prefix and the line break before a suggestion are left out. For `help nosuch` it has no message. */
function inOneLine({ code, message }: CommanderError, argv: readonly string[]): string {
  if (code === 'commander.help') return `unknown command '${argv.at(-1)}'`;
  return message.replace(/^error: /, '').replace(/\n(?=\(Did you mean [^\n]*$)/, ' ');
}

function toCommand(
  spec: CommandSpec & { readonly name: CommandName },
  output: Output,
  onCall: (call: Call) => void,
): Command {
  const command = new Command(spec.name)
    .configureOutput(outputFor(output))
    .configureHelp({ formatHelp: () => helpOf(spec.name, output.width) });
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
