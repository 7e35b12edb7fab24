// @ts-check
import { readFileSync } from 'node:fs';

/** The calls of write(2) and pwrite(2) that this process has made so far, as the kernel counts them. */
export function writesSoFar() {
  return Number(/^syscw: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** Of so many calls: what starts a file, and what wakes threads. @param {number} calls */
export function mostOtherWrites(calls) {
  return 50 + calls / 100;
}
