// @ts-check
/*
 * record.mjs KIND URL CALLS WRITES: ns that recording one call costs above awaiting the bare function. With WRITES it
 * fails unless each measured call wrote exactly so many times: a counter that is saturated writes nothing.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { open, TOOL } from '../peers.mjs';

const [kind = '', url = '', calls, expectedWrites] = process.argv.slice(2);

// Counted before anything is loaded, so that every module gets the counting function.
let writes = 0;
const { writeSync } = fs;
fs.writeSync = /** @type {typeof writeSync} */ (
  (/** @type {unknown[]} */ ...args) => {
    writes += 1;
    return Reflect.apply(writeSync, fs, args);
  }
);
syncBuiltinESMExports();

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
  writes = 0;
  const from = process.hrtime.bigint();
  for (let i = 0; i < count; i += 1) await call();
  return Number(process.hrtime.bigint() - from) / count;
}

const { record } = await opened();
if (record === undefined) throw new Error(`${kind} has nothing to call at function level`);
const bare = await nsPerCall(() => work());
const measured = await nsPerCall(() => record(work));
const perCall = writes / Number(calls);
if (expectedWrites !== undefined && perCall !== Number(expectedWrites))
  throw new Error(`${kind}: each call wrote ${perCall} times instead of ${expectedWrites}`);
console.log(JSON.stringify({ ns: measured - bare, bare, writes: perCall }));
process.exit(0); // `delivery` measures what peers would still send
