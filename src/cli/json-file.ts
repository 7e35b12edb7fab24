import { readFileSync } from 'node:fs';
import { messageOf, systemCode } from '../platform/errors.js';

/**
 * The value in a file that the user named.
 * @param refuse makes the error from what is wrong with the file
 */
export function readJsonFile(file: string, refuse: (problem: string) => Error): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw refuse('there is no such file');
    throw refuse(error instanceof SyntaxError ? 'it is not JSON' : messageOf(error));
  }
}
