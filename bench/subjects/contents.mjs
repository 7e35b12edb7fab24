// @ts-check
// contents.mjs KIND URL ARGUMENT RESULT: three calls with an argument and a result that can be recognized, then the end.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { open, TOOLS } from '../peers.mjs';

const [kind = '', url = '', argument = '', result = ''] = process.argv.slice(2);
const instrument = await open(kind, url);
const server = new McpServer({ name: 'bench-server', version: '9.8.7' });
instrument.instrument?.(server);
const handler = async () => ({ content: [{ type: /** @type {const} */ ('text'), text: result }] });
server.registerTool(
  TOOLS[0],
  { description: 'a tool', inputSchema: { cluster: z.string() } },
  instrument.wrap?.(handler, TOOLS[0]) ?? handler,
);
instrument.track?.(server);
const [near, far] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: 'bench-client', version: '1.2.3' });
await Promise.all([server.connect(far), client.connect(near)]);
for (let call = 0; call < 3; call += 1) await client.callTool({ name: TOOLS[0], arguments: { cluster: argument } });
await instrument.close();
await client.close();
