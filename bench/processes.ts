import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const BENCH = fileURLToPath(new URL('.', import.meta.url));
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const CLI = join(ROOT, 'bin', 'dot-ai-analytics.cjs');

const TEMPORARY = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-bench-'));
process.on('exit', () => rmSync(TEMPORARY, { recursive: true, force: true }));

/** A folder of its own, which is removed when the benchmarks end. */
export function temporaryFolder(): string {
  return mkdtempSync(join(TEMPORARY, 'folder-'));
}

/** `not kept`: on, where the folder for counts cannot be made. */
export type Choice = 'off' | 'on' | 'not kept';

export type Environment = Readonly<Record<string, string>> & { readonly HOME: string };

/** An environment that has only the variables below, with an empty home: no setting of the machine decides. */
export function environment(choice: Choice = 'off'): Environment {
  const home = temporaryFolder();
  mkdirSync(join(home, '.dot-ai'));
  if (choice !== 'off') writeFileSync(join(home, '.dot-ai', 'config.json'), '{"analytics": true}');
  if (choice === 'not kept') writeFileSync(join(home, '.dot-ai', 'analytics'), 'a file in the place of the folder');
  return { PATH: process.env.PATH ?? '', HOME: home, DISABLE_DIAGNOSTICS: '1' };
}

interface Where {
  readonly env: Environment;
  readonly cwd?: string;
  /** A part of its output, without which it did something else. */
  readonly prints?: RegExp | undefined;
}

/** @returns wall time of a program from start to end, in ms @throws if it fails, or prints something else */
export function timeOf(program: string, args: readonly string[], where: Where): number {
  const from = performance.now();
  runToEnd(program, args, where);
  return performance.now() - from;
}

function runToEnd(program: string, args: readonly string[], { env, cwd, prints }: Where): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    env,
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  if (prints !== undefined && !prints.test(`${stdout}${stderr}`))
    throw new Error(`${program} ${args.join(' ')} prints something else: ${stdout}`);
  return stderr;
}

export function canCountInstructions(): boolean {
  return spawnSync('valgrind', ['--version']).status === 0;
}

/** Instructions that a run of Node takes outside of the kernel, as callgrind counts them. */
export function countInstructions(node: string, args: readonly string[], where: Where): number {
  const tool = ['--tool=callgrind', '--callgrind-out-file=/dev/null', node];
  const counted = /Collected : (\d+)/.exec(runToEnd('valgrind', [...tool, ...args], where))?.[1];
  if (counted === undefined) throw new Error('callgrind counted nothing');
  return Number(counted);
}

export type Argument = string | number;

/** Runs one of `subjects/` to its end. @returns the figures that it printed as JSON in its last line */
export async function runSubject<Figures>(
  name: string,
  args: readonly Argument[],
  { env }: { readonly env: Environment },
): Promise<Figures> {
  const child = startSubject(name, args, { env });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${stdout}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

export function startSubject(
  name: string,
  args: readonly Argument[],
  { env }: { readonly env: Environment },
): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, [join(BENCH, 'subjects', `${name}.mjs`), ...args.map(String)], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The program of another Node version, from npx; undefined where npx cannot get it. */
export function otherNode(major: string): string | undefined {
  const { status, stdout } = spawnSync('npx', ['-y', '-p', `node@${major}`, 'which', 'node'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n').at(-1) : undefined;
}
