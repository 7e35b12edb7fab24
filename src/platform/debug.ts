import { debuglog } from 'node:util';
import { printable } from './printable.js';

const log = debuglog('dot-ai-analytics');

/**
 * Prints a line to stderr about what the library otherwise does silently, if the host runs with
 * `NODE_DEBUG=dot-ai-analytics`. Never call it with text of a user or a tool: it gets file names, codes and our own
 * words only. File names cannot forge output (P12).
 */
export function debug(format: string, ...values: readonly unknown[]): void {
  if (log.enabled) log(format, ...values.map((value) => (typeof value === 'string' ? printable(value) : value)));
}
