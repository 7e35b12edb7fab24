import { debug } from '../platform/debug.js';
import { AnalyticsError, causeOf } from '../platform/errors.js';
import { EXIT, type ExitCode, type Run } from './command.js';
import { COMMANDS } from './command-table.js';
import { createOutput, type Output } from './output.js';

/** Runs the command line. Sets the exit code and lets the process end by itself, so that nothing printed is lost. */
export async function main(argv: readonly string[]): Promise<void> {
  const output = createOutput();
  process.exitCode = await runSafely(argv, output);
}

async function runSafely(argv: readonly string[], output: Output): Promise<ExitCode> {
  try {
    return await dispatch(argv, output);
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') return interrupted(output);
    output.remark(`Error: ${messageOf(error)}`);
    return error instanceof AnalyticsError && error.code === 'USAGE' ? EXIT.usage : EXIT.failed;
  }
}

/** Words that are a command's name and nothing else need no parser, which would be a third of the start of `status`. */
async function dispatch(argv: readonly string[], output: Output): Promise<ExitCode> {
  const load = argv.length === 0 ? () => import('./menu.js') : plainly(argv)?.load;
  if (load === undefined) return (await import('./parser.js')).parse(argv, output);
  const { run }: { run: Run } = await load();
  return run({ argument: undefined, options: {}, values: {} }, output);
}

function plainly([name, ...rest]: readonly string[]) {
  return COMMANDS.find((spec) => spec.name === name && rest.length === 0 && spec.argument?.choices === undefined);
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
