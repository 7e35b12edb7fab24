// @ts-check
/*
 * record.mjs KIND URL CALLS WRITES: ns of wall and processor time that recording one call costs above awaiting the bare
 * function. With WRITES it fails unless each measured call wrote so many times: a counter that is full writes nothing.
 */
import { open, TOOLS } from '../peers.mjs';
import { mostOtherWrites, writesSoFar } from '../writes.mjs';

const [kind = '', url = '', calls, expectedWrites] = process.argv.slice(2);

const RESULT = { content: [] };
const work = async () => RESULT;

/** @returns {Promise<import('../peers.mjs').Instrument>} */
async function opened() {
  if (kind !== 'map') return open(kind, url);
  const counts = new Map();
  const record = async (/** @type {() => Promise<unknown>} */ call) => {
    const result = await call();
    counts.set(TOOLS[0], (counts.get(TOOLS[0]) ?? 0) + 1);
    return result;
  };
  return { record, close: async () => {} };
}

/** @param {() => Promise<unknown>} call */
async function perCall(call) {
  const count = Number(calls);
  for (let i = 0; i < count / 10; i += 1) await call();
  const before = writesSoFar();
  const cpu = process.cpuUsage();
  const from = process.hrtime.bigint();
  for (let i = 0; i < count; i += 1) await call();
  const ns = Number(process.hrtime.bigint() - from) / count;
  const { user, system } = process.cpuUsage(cpu);
  return { ns, cpu: ((user + system) * 1000) / count, writes: writesSoFar() - before };
}

const { record } = await opened();
if (record === undefined) throw new Error(`${kind} has nothing to call at function level`);
const bare = await perCall(() => work());
const measured = await perCall(() => record(work));
const expected = Number(expectedWrites ?? 0) * Number(calls);
if (expectedWrites !== undefined && Math.abs(measured.writes - expected) > mostOtherWrites(Number(calls)))
  throw new Error(`${kind}: ${measured.writes} writes instead of ${expected}`);
console.log(JSON.stringify({ ns: measured.ns - bare.ns, cpu: measured.cpu - bare.cpu, writes: measured.writes }));
process.exit(0); // `delivery` measures what peers would still send
