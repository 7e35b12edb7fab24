import { clearData } from '../../core/control/clear-data.js';
import { AnalyticsError } from '../../platform/errors.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import type { Output } from '../output.js';

/** What `clear --json` prints. */
export interface ClearResult {
  readonly version: 1;
  /** False if there was no data, or if some of it is left. */
  readonly deleted: boolean;
  readonly problem: string | null;
}

export const run: Run<'clear'> = async ({ options }, output) => {
  if (options.json) return runForPrograms(output);
  const hadData = await clearData();
  output.data(
    hadData
      ? 'All local data is deleted. The consent setting and the accepted recipient stay.'
      : 'There was no local data.',
  );
  return EXIT.done;
};

async function runForPrograms({ json }: Output): Promise<typeof EXIT.done> {
  const print = (result: ClearResult) => json(result);
  try {
    print({ version: 1, deleted: await clearData(), problem: null });
    return EXIT.done;
  } catch (error) {
    if (error instanceof AnalyticsError && error.code === 'DATA_NOT_DELETED')
      print({ version: 1, deleted: false, problem: error.message });
    throw error;
  }
}
