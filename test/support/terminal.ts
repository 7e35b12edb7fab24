import { CLI, run } from './processes.js';

export const hasTerminal = (await run('script', ['--version']).catch(() => ({ code: 1 }))).code === 0;
if (!hasTerminal) process.stderr.write('SKIPPED: script(1) is not installed, so nothing is tried on a terminal\n');

export interface Typing {
  readonly env: NodeJS.ProcessEnv;
  /** For printf: `y\r`, `\003` is Ctrl-C. Between two of a list a second passes. */
  readonly keys?: string | readonly string[];
  readonly columns?: number;
  readonly rows?: number;
}

/** Runs the command line on a pseudo-terminal and types. Returns the bytes that it showed, and its exit code. */
export async function onTerminal(
  args: string,
  { env, keys, columns = 80, rows = 50 }: Typing,
): Promise<{ shown: string; code: number }> {
  // The shell outlives Ctrl-C, to tell the exit code of the command.
  const program = `trap : INT; stty cols ${columns} rows ${rows}; "${process.execPath}" "${CLI}" ${args}; echo "exit code $?"`;
  const typed = keys === undefined ? [] : [keys].flat();
  const typing =
    typed.length === 0 ? 'sleep 0.1' : `${typed.map((key) => `sleep 1; printf '${key}'; `).join('')}sleep 1`;
  const { stdout } = await run('bash', ['-c', `(${typing}) | script -qec '${program}' /dev/null`], {
    env: { TERM: 'xterm', LANG: 'C.UTF-8', ...env },
  });
  const [, shown = '', code] = /^([\s\S]*)exit code (\d+)\s*$/.exec(stdout.replaceAll('\r\n', '\n')) ?? [];
  return { shown, code: Number(code) };
}
