import { type Preview, type PreviewRequest, type PreviewView, viewPreview } from '../../core/inspect/preview.js';
import { decode } from '../../core/report/decode.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import type { Run } from '../command.js';
import { commandLine, withCommandLines } from '../command-line.js';
import { EXIT } from '../exit-code.js';
import { plural, recipient } from '../format.js';
import type { Output } from '../output.js';
import { showRows } from '../report-rows.js';

export const run: Run<'preview'> = async ({ options }, output) => {
  const view = await viewPreview();
  for (const warning of view.warnings) output.remark(`Warning: ${withCommandLines(warning)}.`);
  if (options.json) output.json(view.data);
  else if (options.raw) raw(view.data, output);
  else show(view, output);
  return EXIT.done;
};

function raw({ kind, requests: [next] }: Preview, output: Output): void {
  if (next === undefined) throw new AnalyticsError(CLI_ERRORS.nothingToPreview);
  if (kind === 'example') output.remark('Analytics is off: these are example counts that nobody made.');
  else if (next.state === 'draft') output.remark(DRAFT);
  output.raw(next.body);
}

const DRAFT =
  'Draft: nothing of it was sent, and its counts can still grow. A running server closes a day after 01:00 UTC of the next day; in a container without a volume, the server closes and sends it when it ends. The random ids and the order of rows are drawn then, so the bytes will differ.';

function show(view: PreviewView, output: Output): void {
  const { kind, requests } = view.data;
  for (const line of decision(view)) output.data(line);
  for (const request of requests) showReport(request, kind === 'example', output);
  if (requests.length === 0) return;
  explain(requests, kind === 'example', output);
  if ((output.rows ?? Number.POSITIVE_INFINITY) < MIN_ROWS) showAgain(view, output);
}

/** On a terminal with fewer rows, the lines to decide on have moved out of sight. */
const MIN_ROWS = 60;

function showAgain(view: PreviewView, { data, paint }: Output): void {
  data(`\n${paint.bold('In short')}`);
  for (const line of decision(view)) data(line);
}

/** On these three lines a person can decide: what leaves, to whom and when, and how to stop it. */
function decision({ data: { enabled, kind, requests }, recipient: named }: PreviewView): string[] {
  const rows = plural(
    requests.reduce((sum, { body }) => sum + rowsOf(body).length, 0),
    'row',
  );
  const to =
    named === null
      ? `Recipient: none yet. ${enabled ? 'Your opt-in' : 'Opting in'} accepts the first one that a server names.`
      : `Recipient: ${recipient(named)}; it sees the IP address. Sent once a day, within 12 hours after 01:00 UTC.`;
  const what = 'tools, steps, sessions, features, AI providers); no identifier, name or content.';
  if (kind === 'example') {
    const enable = `Turn it on: ${commandLine('enable')}. Off again: ${commandLine('disable')}`;
    return [`Analytics is off. EXAMPLE: ${rows} of invented counts (${what}`, to, enable];
  }
  const disable = `Stop, and delete what was not sent: ${commandLine('disable')}`;
  if (requests.length === 0) return ['Analytics is on. There is nothing to send.', to, disable];
  const days = plural(requests.length, 'day');
  if (enabled) return [`Analytics is on. Not sent yet: ${days}, ${rows} of counts (${what}`, to, disable];
  return [
    `Analytics is off here, but counts of ${days} exist, in ${rows}: a server was started with DOT_AI_ANALYTICS=true in its own environment, or stopped understanding config.json, and would send them.`,
    to,
    disable,
  ];
}

function rowsOf(body: string) {
  return decode(body)?.rows ?? [];
}

function showReport({ state, day, bytes, sha256, body }: PreviewRequest, isExample: boolean, output: Output): void {
  const { paint, data } = output;
  const label = isExample ? 'example' : state;
  data(
    `\n${paint.bold.underline(day)} ${state === 'final' ? paint.green(label) : label}, ${plural(bytes, 'byte')}, sha256 ${sha256.slice(0, 16)}…`,
  );
  showRows(rowsOf(body), output);
}

function explain(requests: readonly PreviewRequest[], isExample: boolean, { paint, data }: Output): void {
  data(`\n${paint.bold(isExample ? 'What would be sent with these rows' : 'What is sent with these rows')}`);
  data(
    'Each row has a random id of its own, so that a repeated request is counted once. It is never used again, so it cannot link two rows or two days.',
  );
  data(
    'These fields are the same for every installation: the day at noon UTC, the name of the library that encodes it, and requests to store no IP address and make no profile. The project key names the recipient’s project, not you.',
  );
  const [url] = requests.map((one) => one.url);
  data(
    url === null || url === undefined
      ? 'The bytes will include the key of the recipient’s project.'
      : `Sent as: POST ${url}`,
  );
  if (isExample) data('Ids are drawn for each example, so the hash changes each time.');
  else if (requests.some(({ state }) => state === 'draft')) data(DRAFT);
  data(`\nThe exact bytes: ${commandLine('preview --raw')}`);
  data(`Every field and why: ${commandLine('schema')}`);
}
