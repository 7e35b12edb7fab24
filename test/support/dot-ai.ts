import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { onTestFinished } from 'vitest';
import { installed } from './installed.js';
import { type Finished, ROOT, run } from './processes.js';

const FIXTURE = `${ROOT}examples/dot-ai/fixture`;

/** A copy of the small server of dot-ai's shape; removed when the test ends, or when `whenDone` says so. */
export function copyOfFixture(whenDone: (remove: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-fixture-'));
  whenDone(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(FIXTURE, folder, { recursive: true });
  return folder;
}

/** `npx tsx examples/dot-ai/embed.ts …` */
export function embed(...args: readonly string[]): Promise<Finished> {
  return run(process.execPath, ['--import', 'tsx', 'examples/dot-ai/embed.ts', ...args], { cwd: ROOT });
}

/** The files of the small server, by path: as they are in the repository, or embedded. */
export async function filesOf(side: 'plain' | 'embedded'): Promise<Record<string, string>> {
  let remove = () => {};
  const folder = copyOfFixture((done) => {
    remove = done;
  });
  try {
    if (side === 'embedded') {
      const { code, stderr } = await embed(folder);
      if (code !== 0) throw new Error(stderr);
    }
    return textsIn(folder);
  } finally {
    remove();
  }
}

/** Every file below a folder, by path. */
export function textsIn(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** Compiles as dot-ai does, against exactly the files that npm would install. */
export async function compile(...args: Parameters<typeof installed>) {
  const folder = installed(...args);
  const { code, stdout } = await run(process.execPath, [`${ROOT}node_modules/typescript-5/bin/tsc`], { cwd: folder });
  return { code, stdout, folder };
}

export interface Running {
  readonly url: string;
  /** Sends SIGTERM. */
  terminate(): void;
  /** Resolves when the process has ended. */
  readonly ended: Promise<number | null>;
  /** SIGTERM. Its exit code, how long that took, ms, and what it said after it was ready. */
  stop(): Promise<{ code: number | null; ms: number; stderr: string }>;
}

/** Starts what was compiled, on a free port; killed when the test ends, if it still runs. */
export async function start(folder: string, env: NodeJS.ProcessEnv): Promise<Running> {
  const child = spawn(process.execPath, ['dist/mcp/server.js'], { cwd: folder, env: { ...env, PORT: '0' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let stderr = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.on('close', () => reject(new Error(`the server did not start: ${stderr}`)));
    createInterface(child.stderr).on('line', (line) => {
      const [, address] = /^dot-ai listens on (\S+)$/.exec(line) ?? [];
      if (address === undefined) stderr += `${line}\n`;
      else resolve(address);
    });
  });
  return {
    url,
    terminate: () => void child.kill('SIGTERM'),
    ended,
    async stop() {
      const from = performance.now();
      child.kill('SIGTERM');
      const code = await ended;
      return { code, ms: performance.now() - from, stderr };
    },
  };
}

type Call = (tool: string, args?: Record<string, unknown>) => Promise<string[]>;

/** One MCP connection of a user; calls a tool and returns the texts of its answer. */
export async function connect({ url }: Pick<Running, 'url'>, user: string): Promise<Call> {
  const requestInit = { headers: { authorization: `Bearer ${user}` } };
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }) as never);
  onTestFinished(() => client.close());
  return async (name, args = {}) => {
    const { content } = await client.callTool({ name, arguments: args });
    return (content as { text: string }[]).map(({ text }) => text);
  };
}

/** The same through REST. */
export async function rest({ url }: Pick<Running, 'url'>, user: string, tool: string, args: unknown = {}) {
  const response = await fetch(new URL(`/api/v1/tools/${tool}`, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${user}` },
    body: JSON.stringify(args),
  });
  const { data } = (await response.json()) as { data?: Record<string, unknown> };
  return { status: response.status, data };
}
