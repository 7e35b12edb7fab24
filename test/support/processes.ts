import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const CLI = `${ROOT}bin/dot-ai-analytics.cjs`;

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string;
  /** Of node itself, for `runScript`. */
  readonly flags?: readonly string[];
  /** ms; what runs longer is killed. */
  readonly timeout?: number;
  /** Run node under this command, e.g. strace with its arguments. */
  readonly under?: readonly string[];
}

/** Runs a program to its end; stdin is closed, so that nothing can wait for it. */
export function run(
  program: string,
  args: readonly string[],
  { env, cwd, timeout = 50_000 }: RunOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

export function cli(args: readonly string[], { under = [], ...options }: RunOptions = {}): Promise<Finished> {
  const [program, ...rest] = [...under, process.execPath, CLI, ...args];
  return run(program as string, rest, options);
}

/** A program text in its own process; it can import the built library by the package's name. */
export function runScript(source: string, { under = [], flags = [], ...options }: RunOptions = {}): Promise<Finished> {
  const [program, ...rest] = [...under, process.execPath, ...flags, '--input-type=module', '-e', source];
  return run(program as string, rest, { cwd: ROOT, ...options });
}
