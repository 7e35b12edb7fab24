// @ts-check
// record.mjs KIND URL CALLS: ns that recording one call costs above awaiting the bare function.
import { open, TOOL } from '../peers.mjs';

const [kind = '', url = '', calls] = process.argv.slice(2);
const RESULT = { content: [] };
const work = async () => RESULT;

/** @returns {Promise<import('../peers.mjs').Instrument>} */
async function opened() {
  if (kind !== 'map') return open(kind, url);
  const counts = new Map();
  const record = async (/** @type {() => Promise<unknown>} */ call) => {
    const result = await call();
    counts.set(TOOL, (counts.get(TOOL) ?? 0) + 1);
    return result;
  };
  return { record, close: async () => {} };
}

/** @param {() => Promise<unknown>} call */
async function nsPerCall(call) {
  const count = Number(calls);
  for (let i = 0; i < count / 10; i += 1) await call();
  const from = process.hrtime.bigint();
  for (let i = 0; i < count; i += 1) await call();
  return Number(process.hrtime.bigint() - from) / count;
}

const { record } = await opened();
if (record === undefined) throw new Error(`${kind} has nothing to call at function level`);
const bare = await nsPerCall(() => work());
const measured = await nsPerCall(() => record(work));
console.log(JSON.stringify({ ns: measured - bare, bare }));
process.exit(0); // `delivery` measures what peers would still send
