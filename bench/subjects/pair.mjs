// @ts-check
/*
 * pair.mjs KIND URL WORK: two MCP servers in this process, without and with this peer, over the sockets 3 and 4, until
 * socket 3 ends. In the second one each call also computes for WORK µs: a benchmark that cannot see that sees nothing.
 */
import { Socket } from 'node:net';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { open } from '../peers.mjs';
import { createServer } from '../server.mjs';

const [kind = '', url = '', work = '0'] = process.argv.slice(2);

/**
 * @param {number} fd
 * @param {import('../peers.mjs').Instrument} instrument
 * @param {() => void} [compute]
 */
async function serve(fd, instrument, compute) {
  const socket = new Socket({ fd });
  await createServer(instrument, compute).connect(new StdioServerTransport(socket, socket));
  return socket;
}

function compute() {
  const until = performance.now() + Number(work) / 1000;
  while (performance.now() < until);
}

const instrument = await open(kind, url);
const plain = await serve(3, { close: async () => {} });
await serve(4, instrument, Number(work) > 0 ? compute : undefined);
plain.on('end', async () => {
  await instrument.close().catch(() => {});
  process.exit(0);
});
