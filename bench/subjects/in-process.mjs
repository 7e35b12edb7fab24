// @ts-check
/*
 * in-process.mjs KIND URL ROUNDS: the processor time that a peer adds to a tools/call. Two servers in this process, one
 * of them instrumented, take turns in short batches, so that both have the same minute, memory and compiled code.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { MAX_CALLS, open, toolOf } from '../peers.mjs';
import { createServer } from '../server.mjs';
import { writesSoFar } from '../writes.mjs';

/** Each tool equally often. */
const BATCH = 63;
const WARM_ROUNDS = 100;

const [kind = '', url = '', rounds = ''] = process.argv.slice(2);

/** @param {import('../peers.mjs').Instrument} instrument */
async function connected(instrument) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await Promise.all([createServer(instrument).connect(far), client.connect(near)]);
  return client;
}

const instrument = await open(kind, url);
const plain = await connected({ close: async () => {} });
const instrumented = await connected(instrument);
let calls = 0;
const before = writesSoFar();

/**
 * @param {Client} client
 * @returns µs of processor time for each call
 */
async function batch(client) {
  const from = process.cpuUsage();
  for (let call = 0; call < BATCH; call += 1) await client.callTool({ name: toolOf(call), arguments: {} });
  const { user, system } = process.cpuUsage(from);
  return (user + system) / BATCH;
}

/** @type {number[]} */
const above = [];
/** @type {number[]} */
const base = [];
for (let round = -WARM_ROUNDS; round < Number(rounds); round += 1) {
  // What the machine does to one of two neighbors is not always the same one's fault.
  const first = round % 2 === 0 ? plain : instrumented;
  const second = first === plain ? instrumented : plain;
  const [one, two] = [await batch(first), await batch(second)];
  calls += BATCH;
  if (round < 0) continue;
  const [without, with_] = first === plain ? [one, two] : [two, one];
  base.push(without);
  above.push(with_ - without);
  await new Promise((resolve) => setImmediate(resolve)); // sockets get their turn
}
if (calls > MAX_CALLS) throw new Error(`${calls} calls saturate the counters`);
const writes = writesSoFar() - before;
await instrument.close().catch(() => {});
console.log(JSON.stringify({ above, base, calls, writes }));
process.exit(0);
