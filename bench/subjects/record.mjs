// record.mjs KIND URL CALLS: ns that one call costs above awaiting the bare function.
import { PEERS, TOOL } from '../peers.mjs';

const [kind, url, calls] = process.argv.slice(2);
const RESULT = { content: [] };
const work = async () => RESULT;

async function opened() {
  if (kind !== 'map') return PEERS[kind].open(url);
  const counts = new Map();
  const record = async (call) => {
    const result = await call();
    counts.set(TOOL, (counts.get(TOOL) ?? 0) + 1);
    return result;
  };
  return { record, close: async () => {} };
}

async function nsPerCall(call) {
  const count = Number(calls);
  for (let i = 0; i < count / 10; i += 1) await call();
  const from = process.hrtime.bigint();
  for (let i = 0; i < count; i += 1) await call();
  return Number(process.hrtime.bigint() - from) / count;
}

const { record } = await opened();
const bare = await nsPerCall(() => work());
const measured = await nsPerCall(() => record(work));
console.log(JSON.stringify({ ns: measured - bare, bare }));
process.exit(0); // what peers would still send is another section's
