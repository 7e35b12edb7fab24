// The real parts of the demonstration and of `npm run play`: the server and its client, the collector, the command line.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { TemporaryHome } from '../../src/testing/index.js';

export const CLI = fileURLToPath(new URL('../../bin/dot-ai-analytics.cjs', import.meta.url));
const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));

export interface Collector {
  readonly url: string;
  readonly child: ChildProcess;
  /** Ends when the process has ended. */
  readonly ended: Promise<void>;
}

/** @param options of `dot-ai-analytics collector` */
export async function startCollector(home: TemporaryHome, options: readonly string[]): Promise<Collector> {
  // Not the folder that the server uses: files there are looked at.
  const env = { ...home.env, DOT_AI_CONFIG_DIR: join(home.folder, 'elsewhere') };
  const child = spawn(process.execPath, [CLI, 'collector', '--port', '0', ...options], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /ready: (\S+)/.exec(line) ?? [];
    if (url !== undefined) return { url, child, ended };
  }
  throw new Error('the collector did not start');
}

/** The destination of a server, and its clock; without a clock it has the machine's. */
export interface ServerOptions {
  readonly host: string;
  readonly key: string;
  readonly now?: string;
}

/** Starts the server as a child process. @returns its client */
export async function startServer(home: TemporaryHome, { host, key, now = '' }: ServerOptions): Promise<Client> {
  const env = { ...definedIn(home.env), DEMO_NOW: now, DEMO_POSTHOG_HOST: host, DEMO_POSTHOG_KEY: key };
  const client = new Client({ name: 'demo-client', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [SERVER], env, stderr: 'inherit' }));
  return client;
}

function definedIn(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value = '']) => [name, value]));
}

export interface Answer {
  readonly isFailure: boolean;
  readonly texts: readonly string[];
}

export async function callTool(client: Client, name: string, args: Record<string, unknown>): Promise<Answer> {
  const { content, isError } = await client.callTool({ name, arguments: args });
  const texts = (content as readonly { readonly text: string }[]).map(({ text }) => text);
  return { isFailure: isError === true, texts };
}
