// Runs a built checkout of dot-ai as its image does, and talks to it as its clients do.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { JWT_SECRET, kubeconfig, type Surroundings } from './surroundings.js';

const TOKEN = 'of-this-check';
const PLUGINS = fileURLToPath(new URL('plugins.cjs', import.meta.url));

/** A folder for one installation: its config folder, its sessions, its environment. */
export interface Installation {
  readonly env: NodeJS.ProcessEnv;
}

export function newInstallation(work: string, { url }: Surroundings, more: NodeJS.ProcessEnv = {}): Installation {
  const folder = mkdtempSync(join(work, 'home-'));
  mkdirSync(join(folder, 'sessions'));
  writeFileSync(join(folder, 'kubeconfig'), kubeconfig(url));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    DOT_AI_CONFIG_DIR: join(folder, '.dot-ai'),
    DOT_AI_SESSION_DIR: join(folder, 'sessions'),
    DOT_AI_AUTH_TOKEN: TOKEN,
    DOT_AI_JWT_SECRET: JWT_SECRET,
    DOT_AI_RBAC_ENABLED: 'true',
    DOT_AI_PLUGINS: JSON.stringify([{ name: 'agentic-tools', url }]),
    DOT_AI_AI_MAX_RETRIES: '0',
    KUBECONFIG: join(folder, 'kubeconfig'),
    AI_PROVIDER: 'custom',
    AI_MODEL: 'm',
    CUSTOM_LLM_BASE_URL: `${url}/v1`,
    CUSTOM_LLM_API_KEY: 'k',
    ...more,
  };
  return { env };
}

export interface Running {
  readonly url: string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

const running = new Set<() => void>();

/** Ends what still runs; for the end of the program. */
export function killAll(): void {
  for (const kill of running) kill();
}

export async function startServer(checkout: string, { env }: Installation): Promise<Running> {
  const port = await freePort();
  const args = ['--require', PLUGINS, 'dist/mcp/server.js'];
  const child = spawn(process.execPath, args, {
    cwd: checkout,
    env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = () => void child.kill('SIGKILL');
  running.add(kill);
  let log = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  void ended.then(() => running.delete(kill));
  await new Promise<void>((resolve, reject) => {
    child.on('close', () => reject(new Error(`dot-ai did not start:\n${log.slice(-2_000)}`)));
    child.stderr.on('data', (chunk) => {
      log += chunk;
      if (log.includes('server will run until terminated')) resolve();
    });
  });
  return { url: `http://127.0.0.1:${port}`, kill: (signal) => void child.kill(signal), ended };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Session {
  /** The texts of the answer. A refusal by the SDK is a text too. */
  call(tool: string, args?: Record<string, unknown>, signal?: AbortSignal): Promise<string[]>;
  close(): Promise<void>;
}

export async function connect({ url }: Running, token = TOKEN): Promise<Session> {
  const client = new Client({ name: 'check', version: '1' });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit }) as never);
  return {
    async call(name, args = {}, signal) {
      const { content } = await client.callTool(
        { name, arguments: args },
        undefined,
        signal === undefined ? {} : { signal },
      );
      return (content as { text: string }[]).map(({ text }) => text);
    },
    close: () => client.close(),
  };
}

export async function callRest({ url }: Running, tool: string, args: unknown = {}): Promise<Response> {
  return fetch(new URL(`/api/v1/tools/${tool}`, url), {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(args),
  });
}
