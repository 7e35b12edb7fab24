import { viewHistory } from '../../core/inspect/history.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import { requireHome } from '../../platform/home.js';
import { DAYS_KEPT } from '../../schema/limits.js';
import type { Run } from '../command.js';
import { withCommandLines } from '../command-line.js';
import { EXIT } from '../exit-code.js';
import { historyCsv } from '../history-csv.js';
import { showHistory } from '../history-text.js';
import type { Output } from '../output.js';

export const run: Run<'history'> = async ({ argument: tool, options }, output) => {
  const days = options.days === undefined ? undefined : numberOfDays(options.days);
  requireHome(process.env);
  const view = viewHistory({ days, tool });
  if (tool !== undefined && view.data.tool === null)
    throw new AnalyticsError(CLI_ERRORS.unknownTool, { tool, tools: view.tools.join(', ') });
  if (options.json) {
    output.json(view.data);
    return EXIT.done;
  }
  if (options.csv) print(historyCsv(view.data), output);
  else showHistory(view, output);
  for (const warning of view.warnings) output.remark(`Warning: ${withCommandLines(warning)}.`);
  return EXIT.done;
};

function numberOfDays(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > DAYS_KEPT)
    throw new AnalyticsError(CLI_ERRORS.invalidNumberOfDays, { most: String(DAYS_KEPT) });
  return days;
}

/** A file and a pipe get the exact text. On a terminal, its line ends would be shown as what they are. */
function print(csv: string, { raw, line, rows }: Output): void {
  if (rows === undefined) raw(csv);
  else for (const one of csv.trimEnd().split('\r\n')) line(one);
}
