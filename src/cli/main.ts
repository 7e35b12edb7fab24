import { debug } from '../platform/debug.js';
import * as CLI_ERRORS from '../platform/error-table/cli.js';
import { AnalyticsError, type ErrorCode, messageOf } from '../platform/errors.js';
import { withCommandLines } from './command-line.js';
import { callOf, dispatch, plainCall } from './dispatch.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { createOutput, type Output } from './output.js';
import { textOnly } from './text-only.js';

/** Runs the command line. Sets the exit code and lets the process end by itself, so that nothing printed is lost. */
export async function main(argv: readonly string[]): Promise<void> {
  const output = await createOutput();
  process.exitCode = await withErrorsShown(() => run(argv, output), output);
}

const EXIT_BY_CODE: { readonly [Code in ErrorCode]?: ExitCode } = { USAGE: EXIT.usage, OFF: EXIT.off };

async function withErrorsShown(action: () => Promise<ExitCode>, output: Output): Promise<ExitCode> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') return interrupted(output);
    const known = error instanceof AnalyticsError ? error : unexpected(error);
    output.error(known.reword(withCommandLines));
    return EXIT_BY_CODE[known.code] ?? EXIT.failed;
  }
}

async function run(argv: readonly string[], output: Output): Promise<ExitCode> {
  const [word, ...rest] = argv;
  if (word === undefined) return runWithoutCommand(output);
  // The parser is loaded only if it is needed: loading it takes as long as a third of the start of `status`.
  const call = rest.length === 0 ? plainCall(word) : undefined;
  if (call !== undefined) return dispatch(call, output);
  const text = await textOnly(argv, output.width);
  if (text !== undefined) {
    output.text(text);
    return EXIT.done;
  }
  const parsed = (await import('./parser.js')).parse(argv, output);
  return typeof parsed === 'number' ? parsed : dispatch(parsed, output);
}

/** Prints the status, and on a terminal offers a menu until the user quits. */
async function runWithoutCommand(output: Output): Promise<ExitCode> {
  const code = await dispatch(callOf('status'), output);
  if (!output.isInteractive) return code;
  const { chooseCommand } = await import('./menu.js');
  for (;;) {
    output.data('');
    const chosen = await chooseCommand();
    if (chosen === undefined) return EXIT.done;
    await withErrorsShown(() => dispatch(callOf(chosen), output), output);
  }
}

/** Describes the error of a system call or a defect. The stack is printed only with NODE_DEBUG. */
function unexpected(error: unknown): AnalyticsError {
  debug('%s', error instanceof Error ? error.stack : error);
  const { path } = error as NodeJS.ErrnoException;
  return new AnalyticsError(CLI_ERRORS.unexpected, {
    problem: path === undefined ? messageOf(error) : `${path}: ${messageOf(error)}`,
  });
}

/** After Ctrl-C in a question, where nothing has been done yet. */
function interrupted(output: Output): ExitCode {
  output.remark('Nothing was changed.');
  return EXIT.failed;
}
