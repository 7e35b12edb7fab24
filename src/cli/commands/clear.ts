import { clearData } from '../../core/control/clear-data.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';

export const run: Run<'clear'> = async (_invocation, output) => {
  const hadData = await clearData();
  output.data(hadData ? 'All local data is deleted. Your choice stays.' : 'There was no local data.');
  return EXIT.done;
};
