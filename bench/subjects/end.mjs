// @ts-check
// end.mjs KIND URL: one call through a real client and server, what the documentation says to do at the end, and then
// nothing: when does the process end by itself?
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { open, TOOLS } from '../peers.mjs';
import { createServer } from '../server.mjs';

const [kind = '', url = ''] = process.argv.slice(2);
const instrument = await open(kind, url);
const server = createServer(instrument);
const [near, far] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: 'bench', version: '1.0.0' });
await Promise.all([server.connect(far), client.connect(near)]);
await client.callTool({ name: TOOLS[0], arguments: {} });
await client.close();
console.log('called');
await instrument.close().catch(() => {});
