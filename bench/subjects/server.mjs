// @ts-check
/*
 * server.mjs KIND URL PATIENCE: the server with this peer over stdio. When stdin ends, it does what the documentation of
 * the peer says to do at the end, and ends by itself, or is ended PATIENCE ms later. Its last line on stderr has the
 * processor time since it was ready, in seconds, and the resident memory when stdin ended, in bytes.
 */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { open } from '../peers.mjs';
import { createServer } from '../server.mjs';

const [kind = '', url = '', patience = '0'] = process.argv.slice(2);
const instrument = await open(kind, url);
await createServer(instrument).connect(new StdioServerTransport());
const from = process.cpuUsage();
process.stdin.on('end', async () => {
  const rss = process.memoryUsage.rss();
  process.on('exit', () => {
    const { user, system } = process.cpuUsage(from);
    process.stderr.write(`\n${JSON.stringify({ cpu: (user + system) / 1e6, rss })}\n`);
  });
  setTimeout(() => process.exit(0), Number(patience)).unref();
  await instrument.close().catch(() => {});
  if (Number(patience) === 0) process.exit(0);
});
