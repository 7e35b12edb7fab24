import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type Kind, TOOL } from './peers.mjs';
import { BENCH, type Environment } from './processes.js';

export interface Connected {
  readonly pid: number;
  call(): Promise<unknown>;
  close(): Promise<void>;
}

/** A real client with the instrumented server as its child. */
export async function connect(kind: Kind, url: string, env: Environment): Promise<Connected> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(BENCH, 'subjects', 'server.mjs'), kind, url],
    env: { ...env },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(transport);
  await client.listTools();
  const { pid } = transport;
  if (pid === null) throw new Error(`the server ${kind} has ended`);
  return {
    pid,
    call: () => client.callTool({ name: TOOL, arguments: {} }),
    close: () => client.close(),
  };
}
