import { Argument, Command, CommanderError, Option } from 'commander';
import { debug } from '../platform/debug.js';
import { AnalyticsError, causeOf } from '../platform/errors.js';
import { type CommandSpec, EXIT, type ExitCode } from './command.js';
import { COMMANDS, EXIT_CODES } from './commands.js';
import { createOutput, type Output } from './output.js';
import { VERSION } from './version.js';

/** Runs the command line. Sets the exit code and lets the process end by itself, so that nothing printed is lost. */
export async function main(argv: readonly string[]): Promise<void> {
  const output = createOutput();
  process.exitCode = await runSafely(argv, output);
}

async function runSafely(argv: readonly string[], output: Output): Promise<ExitCode> {
  try {
    return await parse(argv, output);
  } catch (error) {
    // commander has printed its message, and a help text or a version is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof Error && error.name === 'ExitPromptError') return interrupted(output);
    output.remark(`Error: ${messageOf(error)}`);
    return error instanceof AnalyticsError && error.code === 'USAGE' ? EXIT.usage : EXIT.failed;
  }
}

/** Our own errors say it all; a system's error is put in words, and a defect's stack is for whoever asks for it. */
function messageOf(error: unknown): string {
  if (error instanceof AnalyticsError) return error.message;
  debug('%s', error instanceof Error ? error.stack : error);
  const { path } = error as NodeJS.ErrnoException;
  const where = path === undefined ? '' : `${path}: `;
  return `${where}${causeOf(error)}. More: run it again with NODE_DEBUG=dot-ai-analytics`;
}

/** Ctrl-C in a question: nothing was done. */
function interrupted(output: Output): ExitCode {
  output.remark('Nothing was changed.');
  return EXIT.failed;
}

async function parse(argv: readonly string[], output: Output): Promise<ExitCode> {
  if (argv.length === 0) {
    const { run } = await import('./commands/menu.js');
    return run({ argument: undefined, options: {}, values: {} }, output);
  }
  let code: ExitCode = EXIT.done;
  const program = new Command('dot-ai-analytics')
    .description('Opt-in, anonymous usage analytics of dot-ai: decide, and see what leaves this machine.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(dot-ai-analytics --help lists what there is)')
    .configureHelp({ helpWidth: output.width })
    .addHelpText('after', `\nExit codes: ${EXIT_CODES.map(([exit, what]) => `${exit} ${what}`).join('; ')}.`);
  // The others would be described to commander for nothing, a fortieth of the start; all of them are for help and for what is mistyped.
  const named = COMMANDS.filter(({ name }) => name === argv[0]);
  for (const spec of named.length > 0 ? named : COMMANDS) {
    const command = toCommand(spec, output, (exit) => {
      code = exit;
    });
    program.addCommand(command);
  }
  await program.parseAsync(argv, { from: 'user' });
  return code;
}

function toCommand(spec: CommandSpec, output: Output, done: (code: ExitCode) => void): Command {
  const command = new Command(spec.name)
    .summary(spec.does)
    .description([`${spec.does[0]?.toUpperCase()}${spec.does.slice(1)}.`, ...spec.more].join('\n\n'))
    .exitOverride()
    .showHelpAfterError(`(dot-ai-analytics ${spec.name} --help lists what there is)`)
    .configureHelp({ helpWidth: output.width });
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
