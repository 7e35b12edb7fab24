import { readSent, type SentReport } from '../../core/inspect/sent.js';
import { decode } from '../../core/report/decode.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import { requireHome } from '../../platform/home.js';
import { isDay } from '../../schema/calendar.js';
import type { Run } from '../command.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { plural } from '../format.js';
import type { Output } from '../output.js';
import { showRows } from '../report-rows.js';

export const run: Run<'sent'> = async ({ argument: day, options }, output) => {
  if (day !== undefined && !isDay(day)) throw new AnalyticsError(CLI_ERRORS.invalidDay);
  requireHome(process.env);
  const sent = readSent({ day });
  if (options.json) {
    output.json(sent);
    return EXIT.done;
  }
  const { reports } = sent;
  if (options.raw) return raw(reports, output);
  if (reports.length === 0) output.data(day === undefined ? 'Nothing was sent.' : `Nothing was sent for ${day}.`);
  if (options.verify) return verify(reports, output);
  for (const report of reports) show(report, day !== undefined, output);
  return EXIT.done;
};

function raw(reports: readonly SentReport[], output: Output): ExitCode {
  const last = reports.findLast(({ body }) => body !== null);
  if (last?.body == null) throw new AnalyticsError(CLI_ERRORS.noCopy);
  output.raw(last.body);
  return EXIT.done;
}

function verify(reports: readonly SentReport[], { line, paint }: Output): ExitCode {
  const kept = reports.filter(({ outcome }) => outcome !== 'expired');
  for (const { name, isIntact, sha256 } of kept) {
    const word = isIntact === null ? paint.red('missing') : isIntact ? paint.green('ok') : paint.red('changed');
    line(`${name}  ${sha256}  ${word}`);
  }
  return kept.every(({ isIntact }) => isIntact === true) ? EXIT.done : EXIT.failed;
}

function show(report: SentReport, withRows: boolean, output: Output): void {
  const { name, at, outcome, url, status, bytes, sha256, body } = report;
  const when = `${at.slice(0, 16).replace('T', ' ')} UTC`;
  const { data, paint } = output;
  if (outcome === 'expired') {
    data(`${paint.bold(name)}  dropped on ${when}, never delivered`);
    return;
  }
  data(`${paint.bold(name)}  ${outcome} on ${when}, HTTP ${status}`);
  data(`  ${url}\n  ${plural(bytes, 'byte')}, sha256 ${sha256}`);
  if (withRows && body !== null) showRows(decode(body)?.rows ?? [], output);
}
