import { clearData } from '../../core/control/clear-data.js';
import { EXIT, type Run } from '../command.js';

export const run: Run = async (_invocation, output) => {
  const hadData = await clearData();
  output.data(hadData ? 'All local data is deleted. Your choice stays.' : 'There was no local data.');
  return EXIT.done;
};
