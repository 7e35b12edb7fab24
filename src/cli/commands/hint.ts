import { setHintShown } from '../../core/control/hint-flag.js';
import { lookAt } from '../../core/inspect/local-state.js';
import { hintFor } from '../../core/tracker/hint.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';

/** What `hint --json` prints. */
export interface HintResult {
  readonly version: 1;
  readonly shown: boolean;
  /** What servers show unless they have a text of their own; null once it was shown. */
  readonly text: string | null;
}

export const run: Run<'hint'> = async ({ options }, output) => {
  if (options.reset || options.markShown) await setHintShown(options.markShown === true);
  const { config, resolved } = lookAt();
  const { hintShown } = config;
  const text = hintShown ? null : hintFor(resolved.recipient);
  const result: HintResult = { version: 1, shown: hintShown, text };
  if (options.json) output.json(result);
  else output.data(hintShown ? 'The hint was shown; it will not be shown again.' : 'The hint was not shown yet.');
  return EXIT.done;
};
