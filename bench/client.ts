import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { TOOL } from './peers.mjs';
import { BENCH } from './processes.js';

/** A real client with the instrumented server as its child. */
export async function connect(kind, url, env) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(BENCH, 'subjects', 'server.mjs'), kind, url],
    env,
    stderr: 'ignore',
  });
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(transport);
  await client.listTools();
  return {
    pid: transport.pid,
    call: () => client.callTool({ name: TOOL, arguments: {} }),
    close: () => client.close(),
  };
}
