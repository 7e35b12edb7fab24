import { Argument, Command, CommanderError, Option } from 'commander';
import type { Call } from './command.js';
import { COMMANDS, type CommandSpec, ENVIRONMENT, EXIT_CODES } from './command-table.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { columns, type Output } from './output.js';
import { VERSION } from './version.js';

/**
 * The command that a command line calls. commander prints help texts and what is wrong with a command line; then there
 * is only an exit code.
 */
export function parse(argv: readonly string[], output: Output): Call | ExitCode {
  let call: Call | undefined;
  const program = new Command('dot-ai-analytics')
    .description('Opt-in, anonymous usage analytics of dot-ai: decide, and see what leaves this machine.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(dot-ai-analytics --help lists what there is)')
    .configureHelp(helpFor(output))
    .addHelpText(
      'after',
      `\nExit codes: ${EXIT_CODES.map(([exit, what]) => `${exit} ${what}`).join('; ')}.\nEnvironment: ${ENVIRONMENT.map(([name]) => name).join(' ')}; what each means: man dot-ai-analytics.`,
    );
  for (const spec of COMMANDS) {
    const command = toCommand(spec, output, (given) => {
      call = given;
    });
    program.addCommand(command);
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage; // a help text or a version is no error
  }
  return call ?? EXIT.usage;
}

/** commander does not wrap what stands beside an option once that gets narrow. */
function helpFor({ width }: Output) {
  const formatItem = (term: string, termWidth: number, does: string) =>
    columns([[term.padEnd(termWidth), does]], width);
  return { helpWidth: width, formatItem };
}

function toCommand(spec: CommandSpec, output: Output, onCall: (call: Call) => void): Command {
  const command = new Command(spec.name)
    .summary(spec.does)
    .description([`${spec.does[0]?.toUpperCase()}${spec.does.slice(1)}.`, ...spec.more].join('\n\n'))
    .exitOverride()
    .showHelpAfterError(`(dot-ai-analytics ${spec.name} --help lists what there is)`)
    .configureHelp(helpFor(output));
  if (spec.argument) command.addArgument(toArgument(spec.argument));
  for (const option of toOptions(spec)) command.addOption(option);
  return command.action((...given: unknown[]) => {
    const argument = spec.argument === undefined ? undefined : given[0];
    // commander has checked both against the table that their types are derived from.
    onCall({ name: spec.name, invocation: { argument, options: command.opts() } } as Call);
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
