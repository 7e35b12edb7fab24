import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { CLI, ROOT, run } from './processes.js';

export interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly stdout: string[];
  readonly ended: Promise<number | null>;
  /** What it has written to stderr, on one line. */
  stderr(): string;
}

/** The command itself, in its own process; with `node`, under another version of Node, or in a namespace. */
export async function start(
  db: string,
  args: readonly string[] = [],
  node: readonly string[] = [process.execPath],
  env: NodeJS.ProcessEnv = {},
): Promise<Started> {
  const fixed = ['collector', '--db', db, '--port', '0', '--rate', '0', '--min-installs', '1'];
  const [program = '', ...rest] = [...node, CLI, ...fixed, ...args];
  const child = spawn(program, rest, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: dirname(db), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(() => void child.kill('SIGKILL'));
  const stdout: string[] = [];
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      stdout.push(line);
      const [, found] = /ready: (\S+)/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.on('close', (code) => reject(new Error(`the collector ended with ${code}: ${stderr.replace(/\s+/g, ' ')}`)));
  });
  return { child, url, stdout, ended, stderr: () => stderr.replace(/\s+/g, ' ') };
}

/** The status of the answer. */
export const post = (url: string, body: string) =>
  fetch(`${url}batch/`, { method: 'POST', body, signal: AbortSignal.timeout(10_000) }).then(({ status }) => status);

export const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** All calls that the collector shows. */
export async function calls(url: string): Promise<number> {
  const answer = await fetch(`${url}api/v1/tools`);
  const { rows } = (await answer.json()) as { rows: { invocations: number }[] };
  return rows.reduce((sum, row) => sum + row.invocations, 0);
}

/** The program of Node 24, whose own SQLite the collector uses; undefined where it is not available. */
export async function node24(): Promise<string | undefined> {
  const source = 'typeof require("node:sqlite") && console.log(process.execPath)';
  const found = await run('npx', ['-y', '-p', 'node@24', 'node', '-p', source]).catch(() => undefined);
  const path = found?.stdout.split('\n')[0];
  if (found?.code === 0 && path) return path;
  process.stderr.write('SKIPPED in part: Node 24 is not available, so only one of the two database engines is tried\n');
  return undefined;
}

/** The resident memory of a process, MiB; 0 for one that has ended. */
export function residentMemory(pid: number | undefined): number {
  const status = `/proc/${pid}/status`;
  return existsSync(status) ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1024 : 0;
}
