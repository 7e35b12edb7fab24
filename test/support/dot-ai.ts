import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { onTestFinished } from 'vitest';
import { installed } from './installed.js';
import { ROOT, run } from './processes.js';

export const EXAMPLE = `${ROOT}examples/dot-ai`;

/** The files of before/ or after/, as they are in the repository. */
export function filesOf(side: 'before' | 'after'): Record<string, string> {
  const folder = join(EXAMPLE, side);
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .filter((path) => !/^(node_modules|dist)\b/.test(path)); // of `start.mjs`
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
export async function connect({ url }: Running, user: string): Promise<Call> {
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
export async function rest({ url }: Running, user: string, tool: string, args: unknown = {}) {
  const response = await fetch(new URL(`/api/v1/tools/${tool}`, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${user}` },
    body: JSON.stringify(args),
  });
  const { data } = (await response.json()) as { data?: Record<string, unknown> };
  return { status: response.status, data };
}
