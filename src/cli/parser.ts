import { Argument, Command, CommanderError, Option } from 'commander';
import { type CommandSpec, EXIT, type ExitCode } from './command.js';
import { COMMANDS, ENVIRONMENT, EXIT_CODES } from './command-table.js';
import { columns, type Output } from './output.js';
import { VERSION } from './version.js';

/** What a command line asks for, and its help. commander prints what is wrong with one. */
export async function parse(argv: readonly string[], output: Output): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
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
    const command = toCommand(spec, output, (exit) => {
      code = exit;
    });
    program.addCommand(command);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage; // a help text or a version is no error
  }
  return code;
}

/** commander does not wrap what stands beside an option once that gets narrow. */
function helpFor({ width }: Output) {
  const formatItem = (term: string, termWidth: number, does: string) =>
    columns([[term.padEnd(termWidth), does]], width);
  return { helpWidth: width, formatItem };
}

function toCommand(spec: CommandSpec, output: Output, done: (code: ExitCode) => void): Command {
  const command = new Command(spec.name)
    .summary(spec.does)
    .description([`${spec.does[0]?.toUpperCase()}${spec.does.slice(1)}.`, ...spec.more].join('\n\n'))
    .exitOverride()
    .showHelpAfterError(`(dot-ai-analytics ${spec.name} --help lists what there is)`)
    .configureHelp(helpFor(output));
  if (spec.argument) command.addArgument(toArgument(spec.argument));
  for (const { flag, does } of spec.options) {
    const option = new Option(flag, does);
    const others = spec.exclusive?.filter((name) => name !== option.attributeName());
    command.addOption(spec.exclusive?.includes(option.attributeName()) && others ? option.conflicts(others) : option);
  }
  return command.action(async (...given: unknown[]) => {
    const all = Object.entries(command.opts<Record<string, boolean | string>>());
    const pick = <T>(type: string) =>
      Object.fromEntries(all.filter(([, value]) => typeof value === type)) as Record<string, T>;
    const argument = spec.argument && typeof given[0] === 'string' ? given[0] : undefined;
    const { run } = await spec.load();
    done(await run({ argument, options: pick<boolean>('boolean'), values: pick<string>('string') }, output));
  });
}

function toArgument({ name, does, choices }: NonNullable<CommandSpec['argument']>): Argument {
  const argument = new Argument(choices === undefined ? `[${name}]` : `<${name}>`, does);
  return choices === undefined ? argument : argument.choices(choices);
}
