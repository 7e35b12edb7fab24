// Runs the programs that checks need, to their end.
import { type SpawnOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Without npm's remarks about its own settings, which are nothing to report. */
export const NPM = { ...process.env, npm_config_loglevel: 'error' };

/** Thrown where a check has no answer: it neither passed nor failed. */
export class NotChecked extends Error {}

/** An installation over a slow network takes minutes; a program that hangs has to end. */
const MAX_RUN_MS = 300_000;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunOptions = Pick<SpawnOptions, 'cwd' | 'env'>;

export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: MAX_RUN_MS, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** @returns what a program prints that has to succeed */
export async function output(program: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** A tool of the registry that only a check needs, as name@version: pinned, so that its rules change when we choose. */
export function tool(name: string, ...args: string[]): Promise<Finished> {
  return run('npx', ['-y', name, ...args], { cwd: ROOT, env: { ...NPM, NO_COLOR: '1', FORCE_COLOR: '0' } });
}
