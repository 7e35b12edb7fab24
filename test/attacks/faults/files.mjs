// @ts-check
// Preloaded into a process: its operations on files under FAULT_UNDER fail. FAULT_AT says which ones: `all`,
// `some:<seed>` for every other one, or `<n>` for the nth. FAULT says how: an error's code, `kill`, or `any` code.
// With FAULT_COUNT the number of operations is written to that file at the end.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { FAULT_UNDER = '', FAULT_AT = '0', FAULT = 'any', FAULT_COUNT } = process.env;
const CODES = ['EIO', 'ENOSPC', 'EACCES', 'EROFS', 'EMFILE', 'ENOENT'];
let random = Number(FAULT_AT.split(':')[1] ?? 0);
let operations = 0;

function fails() {
  operations += 1;
  if (FAULT_AT === 'all') return true;
  if (!FAULT_AT.startsWith('some')) return operations === Number(FAULT_AT);
  random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
  return random > 2 ** 31;
}

/** @typedef {(...args: unknown[]) => unknown} Operation */

/** @type {Set<unknown>} */
const descriptors = new Set();
const { writeFileSync } = fs;

/**
 * @param {string} name
 * @param {Operation} original
 * @returns {Operation}
 */
function failing(name, original) {
  return (...args) => {
    const isOurs = args.some((arg) => (typeof arg === 'string' && arg.startsWith(FAULT_UNDER)) || descriptors.has(arg));
    if (isOurs && fails()) {
      if (FAULT === 'kill') process.kill(process.pid, 'SIGKILL');
      if (name === 'closeSync') original(...args); // a close that fails has closed all the same
      const code = FAULT === 'any' ? CODES[operations % CODES.length] : FAULT;
      throw Object.assign(new Error(`${code}: ${name}`), { code, syscall: name });
    }
    const result = original(...args);
    if (isOurs && name === 'openSync') descriptors.add(result);
    if (isOurs && name === 'closeSync') descriptors.delete(args[0]);
    return result;
  };
}

for (const [name, original] of Object.entries(fs)) {
  if (!name.endsWith('Sync') || typeof original !== 'function') continue;
  Object.assign(fs, { [name]: failing(name, /** @type {Operation} */ (original)) });
}
syncBuiltinESMExports();
if (FAULT_COUNT) process.on('exit', () => writeFileSync(FAULT_COUNT, String(operations)));
