import { readConfig } from '../../core/consent/config-file.js';
import { decide } from '../../core/consent/decide.js';
import { readPolicy } from '../../core/consent/policy.js';
import { deleteRecorded, saveOptOut } from '../../core/control/opt-out.js';
import { viewSent } from '../../core/inspect/sent.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import { requireHome } from '../../platform/home.js';
import type { Run } from '../command.js';
import { withCommandLines } from '../command-line.js';
import { EXIT } from '../exit-code.js';
import { decider } from '../format.js';
import { remarkSaved, type Saved, settingResult, showSaved } from '../setting-result.js';

export const run: Run<'disable'> = async ({ options }, output) => {
  const purge = options.purge === true;
  const home = requireHome(process.env);
  const { keptCopy, isInPlace } = await saveOptOut(home);
  const consent = decide(readPolicy(), process.env, readConfig(home.config));
  const saved = { analytics: false, consent, configPath: home.config, keptCopy };
  // Said before anything is deleted: deleting can take seconds, or fail.
  if (!options.json) showSaved(saved, '', output);
  remarkSaved(saved, output);
  if (isInPlace) output.remark(IN_PLACE);
  const { deleted, problem } = await deleteRecorded(home, purge);
  const problems = [problem, noEffect(saved)].filter((one) => one !== undefined);
  if (options.json) output.json(settingResult(saved, { deleted, problems: problems.map(({ message }) => message) }));
  else output.data(deleted ? withCommandLines(purge ? PURGED : DELETED + copiesThatStay()) : NOT_DELETED);
  return fail(problems, (message) => output.remark(`Error: ${message}`));
};

const IN_PLACE =
  'config.json could not be replaced, so its value true was overwritten with null, which means off as well.';
const DELETED = 'Deleted: everything unsent.';
const COPIES =
  ' Copies of what was already sent stay for you to read: dot-ai-analytics sent. Delete them: dot-ai-analytics clear';
const PURGED = 'Deleted: everything unsent, and the copies of what was sent. No counts are left here.';
const NOT_DELETED = 'Not everything could be deleted.';

function copiesThatStay(): string {
  return viewSent().data.reports.some(({ copy }) => copy !== null) ? COPIES : '';
}

function noEffect({ consent }: Saved): AnalyticsError | undefined {
  if (!consent.enabled) return undefined;
  return new AnalyticsError(CLI_ERRORS.disableHasNoEffect, { decider: decider(consent) });
}

/** Prints every problem; the last one as all commands do. */
function fail(problems: readonly AnalyticsError[], print: (message: string) => void): typeof EXIT.done {
  const last = problems.at(-1);
  for (const { message } of problems.slice(0, -1)) print(message);
  if (last !== undefined) throw last;
  return EXIT.done;
}
