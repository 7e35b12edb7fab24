import { setHintShown } from '../../core/control/hint-flag.js';
import { lookAt } from '../../core/inspect/local-state.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';

export const run: Run<'hint'> = async ({ options }, output) => {
  if (options.reset || options.markShown) await setHintShown(options.markShown === true);
  const { hintShown } = lookAt().config;
  output.data(hintShown ? 'The hint was shown; it will not be shown again.' : 'The hint was not shown yet.');
  return EXIT.done;
};
