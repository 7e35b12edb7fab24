// Preloaded into a server: operations on files under FAIL_UNDER fail, all of them or, by FAIL_SEED, every other one.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { FAIL_UNDER, FAIL_SEED } = process.env;
const CODES = ['EIO', 'ENOSPC', 'EACCES', 'EROFS', 'EMFILE', 'ENOENT'];
let state = Number(FAIL_SEED ?? 0);
const fails = () => {
  if (FAIL_SEED === undefined) return true;
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state > 2 ** 31;
};
const descriptors = new Set();

for (const [name, original] of Object.entries(fs)) {
  if (!name.endsWith('Sync') || typeof original !== 'function') continue;
  fs[name] = (...args) => {
    const isOurs = args.some((arg) => (typeof arg === 'string' && arg.startsWith(FAIL_UNDER)) || descriptors.has(arg));
    if (isOurs && name !== 'closeSync' && fails()) {
      const code = CODES[Math.floor(state / 7) % CODES.length];
      throw Object.assign(new Error(`${code}: ${name}`), { code, syscall: name });
    }
    const result = original(...args);
    if (isOurs && name === 'openSync') descriptors.add(result);
    return result;
  };
}
syncBuiltinESMExports();
