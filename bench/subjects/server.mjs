// @ts-check
// server.mjs KIND URL: the server with this peer over stdio, until stdin ends.
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { open } from '../peers.mjs';
import { createServer } from '../server.mjs';

const [kind = '', url = ''] = process.argv.slice(2);
const instrument = await open(kind, url);
await createServer(instrument).connect(new StdioServerTransport());
process.stdin.on('end', async () => {
  await instrument.close();
  process.exit(0);
});
