// @ts-check
import { readFileSync } from 'node:fs';

/** The calls of write(2) and pwrite(2) that this process has made so far, as the kernel counts them. */
export function writesSoFar() {
  return Number(/^syscw: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** In a run: what starts a file, and what wakes threads. */
export const MAX_OTHER_WRITES = 50;
