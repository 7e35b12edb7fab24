import type { Run } from '../command.js';
import { completionFor } from '../docs/completions.js';
import { EXIT } from '../exit-code.js';

export const run: Run<'completion'> = async ({ argument }, output) => {
  output.text(completionFor(argument));
  return EXIT.done;
};
