// @ts-check
// deliver.mjs KIND URL CALLS PATIENCE: calls through a real client and server in this process, then what the documentation
// says to do at the end; CPU time until the process ends by itself, at most PATIENCE ms later, and resident memory.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { open, TOOL } from '../peers.mjs';
import { createServer } from '../server.mjs';

const [kind = '', url = '', calls, patience] = process.argv.slice(2);
const instrument = await open(kind, url);
const server = createServer(instrument);
const [near, far] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: 'bench', version: '1.0.0' });
await Promise.all([server.connect(far), client.connect(near)]);

const from = process.cpuUsage();
for (let i = 0; i < Number(calls); i += 1) {
  await client.callTool({ name: TOOL, arguments: {} });
  if (i % 100 === 99) await new Promise((resolve) => setImmediate(resolve)); // sockets get their turn, as with a real client
}
const rss = process.memoryUsage.rss();
process.on('exit', () => {
  const { user, system } = process.cpuUsage(from);
  console.log(JSON.stringify({ cpu: (user + system) / 1e6, rss }));
});
setTimeout(() => process.exit(0), Number(patience)).unref();
await instrument.close().catch(() => {});
await client.close();
