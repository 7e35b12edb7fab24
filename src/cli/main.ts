import { Command, CommanderError, Option } from 'commander';
import { AnalyticsError } from '../platform/errors.js';
import { type CommandSpec, EXIT, type ExitCode } from './command.js';
import { COMMANDS } from './commands.js';
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
    if (!(error instanceof AnalyticsError)) throw error;
    output.remark(`Error: ${error.message}`);
    return error.code === 'USAGE' ? EXIT.usage : EXIT.failed;
  }
}

/** Ctrl-C in a question: nothing was done. */
function interrupted(output: Output): ExitCode {
  output.remark('Nothing was changed.');
  return EXIT.failed;
}

async function parse(argv: readonly string[], output: Output): Promise<ExitCode> {
  let code: ExitCode = EXIT.done;
  const program = new Command('dot-ai-analytics')
    .description('Opt-in, anonymous usage analytics of dot-ai: decide, and see what leaves this machine.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(--help lists what there is)')
    .configureHelp({ helpWidth: output.width })
    .action(async () => {
      const { run } = await import('./commands/menu.js');
      code = await run({ argument: undefined, options: {} }, output);
    });
  program.addHelpText('after', `\nExit codes: 0 done, 1 failed, 2 usage, 3 off (status --exit-code).`);
  for (const spec of COMMANDS) {
    program.addCommand(
      toCommand(spec, output, (exit) => {
        code = exit;
      }),
    );
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
  if (spec.argument) command.argument(`[${spec.argument.name}]`, spec.argument.does);
  for (const { flag, does } of spec.options) {
    const option = new Option(flag, does);
    const others = spec.exclusive?.filter((name) => name !== option.attributeName());
    command.addOption(spec.exclusive?.includes(option.attributeName()) && others ? option.conflicts(others) : option);
  }
  return command.action(async (...given: unknown[]) => {
    const options = command.opts<Record<string, boolean>>();
    const argument = spec.argument && typeof given[0] === 'string' ? given[0] : undefined;
    const { run } = await spec.load();
    done(await run({ argument, options }, output));
  });
}
