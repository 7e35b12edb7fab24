import { setHintShown } from '../../core/control/hint-flag.js';
import { readStatus } from '../../core/inspect/status.js';
import { EXIT, type Run } from '../command.js';

export const run: Run = async ({ options }, output) => {
  if (options.reset || options.markShown) await setHintShown(options.markShown === true);
  const { hintShown } = readStatus();
  output.data(hintShown ? 'The hint was shown; it will not be shown again.' : 'The hint was not shown yet.');
  return EXIT.done;
};
