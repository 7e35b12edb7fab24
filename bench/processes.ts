import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BENCH = fileURLToPath(new URL('.', import.meta.url));
export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const CLI = join(ROOT, 'bin', 'dot-ai-analytics.cjs');

const folders = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, gone when the benchmarks end. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-bench-'));
  folders.push(folder);
  return folder;
}

/**
 * An environment that has only what is said here, with an empty home. No CI service, no switch of the machine decides.
 * @param {'off' | 'on' | 'not kept'} choice `not kept`: on, where the folder for counts can't be made
 */
export function environment(choice = 'off') {
  const home = temporaryFolder();
  mkdirSync(join(home, '.dot-ai'));
  if (choice !== 'off') writeFileSync(join(home, '.dot-ai', 'config.json'), '{"analytics": true}');
  if (choice === 'not kept') writeFileSync(join(home, '.dot-ai', 'analytics'), 'a file in the place of the folder');
  return { PATH: process.env.PATH, HOME: home, DISABLE_DIAGNOSTICS: '1' };
}

/** Wall time of a program from start to end, in ms. @throws where it fails */
export function timeOf(program, args, { env, cwd }) {
  const from = performance.now();
  const { status, stderr, error } = spawnSync(program, args, {
    env,
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
  });
  const took = performance.now() - from;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return took;
}

/** Runs one of `subjects/` to its end. @returns what it printed as JSON */
export async function runSubject(name, args, { env, node = process.execPath, flags = [] }) {
  const child = startSubject(name, args, { env, node, flags });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${stdout}`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

export function startSubject(name, args, { env, node = process.execPath, flags = [] }) {
  return spawn(node, [...flags, join(BENCH, 'subjects', `${name}.mjs`), ...args.map(String)], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The program of another Node version, from npx; undefined where it can't be had. */
export function otherNode(major) {
  const { status, stdout } = spawnSync('npx', ['-y', '-p', `node@${major}`, 'which', 'node'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n').at(-1) : undefined;
}
