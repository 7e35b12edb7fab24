import { EXIT, type Run } from '../command.js';
import type { Shell } from '../command-table.js';
import { completionFor } from '../docs/completions.js';

export const run: Run = async ({ argument }, output) => {
  output.raw(completionFor(argument as Shell));
  return EXIT.done;
};
