import { type SentReport, type SentView, viewSent } from '../../core/inspect/sent.js';
import { decode } from '../../core/report/decode.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import { requireHome } from '../../platform/home.js';
import { isDay } from '../../schema/calendar.js';
import { DAYS_KEPT } from '../../schema/limits.js';
import type { Run } from '../command.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { showForeign } from '../foreign-text.js';
import { minute, plural } from '../format.js';
import type { Output } from '../output.js';
import { showRows } from '../report-rows.js';

export const run: Run<'sent'> = async ({ argument: day, options }, output) => {
  if (day !== undefined && !isDay(day)) throw new AnalyticsError(CLI_ERRORS.invalidDay, { day });
  requireHome(process.env);
  const view = viewSent({ day });
  const { reports } = view.data;
  if (!options.verify) for (const warning of view.warnings) output.remark(`Warning: ${warning}.`);
  if (options.json) {
    output.json(view.data);
    return EXIT.done;
  }
  if (options.raw) return raw(reports, output);
  if (options.verify) return verify(view, output);
  if (reports.length === 0) output.data(nothing(day));
  for (const report of reports) show(report, day !== undefined, output);
  return EXIT.done;
};

/** Nothing tells whether a report was sent whose receipt and copy were deleted. */
const nothing = (day?: string) =>
  `No sent report${day === undefined ? '' : ` of ${day}`} is on record here. Records are kept for ${DAYS_KEPT} days, and deleted by clear and by disable --purge.`;

/** Only bytes that were sent are printed as such. */
function raw(reports: readonly SentReport[], output: Output): ExitCode {
  const last = reports.findLast(({ copy }) => copy !== null);
  if (last === undefined) throw new AnalyticsError(CLI_ERRORS.noCopy);
  const { name, copy, body } = last;
  if (copy !== 'intact' || body === null)
    throw new AnalyticsError(CLI_ERRORS.copyNotIntact, { name, state: copy ?? 'missing' });
  output.raw(body);
  return EXIT.done;
}

function verify({ data, unverifiable }: SentView, { line, data: say, paint }: Output): ExitCode {
  const sent = data.reports.filter(({ copy }) => copy !== null);
  if (sent.length + unverifiable.length === 0) say(nothing());
  for (const { name, copy, sha256 } of sent)
    line(`${name}  ${sha256}  ${copy === 'intact' ? paint.green('intact') : paint.red(String(copy))}`);
  for (const name of unverifiable) line(`${name}  ${paint.red('no receipt')}`);
  const isIntact = sent.every(({ copy }) => copy === 'intact') && unverifiable.length === 0;
  return isIntact ? EXIT.done : EXIT.failed;
}

const STATES = {
  altered: 'The copy is altered: it is not what was sent. Its rows are not shown.',
  missing: 'The copy is missing: what was sent cannot be shown any more.',
} as const;

function show(report: SentReport, withRows: boolean, output: Output): void {
  const { name, at, outcome, url, status, reason, bytes, sha256, copy, body } = report;
  const { data, paint } = output;
  if (outcome === 'dropped') {
    data(`${paint.bold(name)}  dropped on ${minute(at)}${reason === null ? '' : `: ${reason}`}`);
    return;
  }
  data(`${paint.bold(name)}  ${outcome} on ${minute(at)}, answer ${status ?? 'unknown'}`);
  if (reason !== null) showForeign(reason, output);
  data(`  ${url ?? 'address unknown'}`);
  data(`  ${plural(bytes, 'byte')}, sha256 ${sha256}`);
  if (copy === 'altered' || copy === 'missing') data(`  ${paint.red(STATES[copy])}`);
  else if (withRows && body !== null) showRows(decode(body)?.rows ?? [], output);
}
