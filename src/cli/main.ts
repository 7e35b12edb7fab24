import { debug } from '../platform/debug.js';
import { CLI_ERRORS } from '../platform/error-table/cli.js';
import { AnalyticsError, causeOf } from '../platform/errors.js';
import { callOf, dispatch, plainCall } from './dispatch.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { createOutput, type Output } from './output.js';

/** Runs the command line. Sets the exit code and lets the process end by itself, so that nothing printed is lost. */
export async function main(argv: readonly string[]): Promise<void> {
  const output = createOutput();
  process.exitCode = await runSafely(argv, output);
}

async function runSafely(argv: readonly string[], output: Output): Promise<ExitCode> {
  try {
    return await run(argv, output);
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') return interrupted(output);
    const { message, code } = error instanceof AnalyticsError ? error : unexpected(error);
    output.remark(`Error: ${message}`);
    return code === 'USAGE' ? EXIT.usage : EXIT.failed;
  }
}

async function run(argv: readonly string[], output: Output): Promise<ExitCode> {
  const [word, ...rest] = argv;
  if (word === undefined) return runWithoutCommand(output);
  // A single word rarely needs the parser, and loading that would be a third of the start of `status`.
  const plain = rest.length === 0 ? plainCall(word) : undefined;
  const call = plain ?? (await import('./parser.js')).parse(argv, output);
  return typeof call === 'number' ? call : dispatch(call, output);
}

/** Prints the status, and on a terminal offers a menu. */
async function runWithoutCommand(output: Output): Promise<ExitCode> {
  const code = await dispatch(callOf('status'), output);
  if (!output.isInteractive) return code;
  const { chooseCommand } = await import('./menu.js');
  const chosen = await chooseCommand(output);
  return chosen === undefined ? code : dispatch(callOf(chosen), output);
}

/** A system error that nobody expected is described. The stack of a defect is only for those who ask for it. */
function unexpected(error: unknown): AnalyticsError {
  debug('%s', error instanceof Error ? error.stack : error);
  const { path } = error as NodeJS.ErrnoException;
  return new AnalyticsError(CLI_ERRORS.unexpected, {
    problem: path === undefined ? causeOf(error) : `${path}: ${causeOf(error)}`,
  });
}

/** Ctrl-C in a question: nothing was done. */
function interrupted(output: Output): ExitCode {
  output.remark('Nothing was changed.');
  return EXIT.failed;
}
