import { type Preview, type PreviewRequest, viewPreview } from '../../core/inspect/preview.js';
import { decode } from '../../core/report/decode.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import { plural } from '../format.js';
import type { Output } from '../output.js';
import { showRows } from '../report-rows.js';

export const run: Run<'preview'> = async ({ options }, output) => {
  const { data: preview, warnings } = await viewPreview();
  const { kind, requests } = preview;
  for (const warning of warnings) output.remark(`Warning: ${warning}.`);
  if (options.json) {
    output.json(preview);
    return EXIT.done;
  }
  const [next] = requests;
  if (options.raw) {
    if (kind === 'example') output.remark('Analytics is off: these are example counts that nobody made.');
    if (next === undefined) output.remark('Nothing is counted yet, so there is nothing to send.');
    else {
      if (kind === 'pending' && next.state === 'draft') output.remark(DRAFT);
      output.raw(next.body);
    }
    return EXIT.done;
  }
  output.data(heading(preview));
  for (const request of requests) show(request, kind === 'example', output);
  if (next !== undefined) explain(output);
  return EXIT.done;
};

const DRAFT =
  'Not closed yet: its random ids and its order are drawn when the day closes, at 01:00 UTC of the next, by a server that runs then or starts later; in a container whose folder is not kept, when the server ends.';

function heading({ enabled, kind, requests }: Preview): string {
  if (kind === 'example') {
    return 'EXAMPLE. Analytics is off: nothing is recorded and nothing is sent. This is what one day would look like, with counts that nobody made.';
  }
  if (!enabled) {
    return `Analytics is off here, but counts exist: a server was started with DOT_AI_ANALYTICS=true in its own environment, or stopped understanding config.json. Such a server would send ${plural(requests.length, 'request')}, one a day:`;
  }
  if (requests.length === 0) return 'Analytics is on. Nothing is counted yet, so there is nothing to send.';
  return `Analytics is on. ${plural(requests.length, 'request')} would be sent, one a day:`;
}

function show({ state, day, url, bytes, sha256, body }: PreviewRequest, isExample: boolean, output: Output): void {
  const { paint, data } = output;
  const label = isExample ? 'example' : state;
  data(`\n${paint.bold.underline(day)} ${state === 'final' ? paint.green(label) : label}`);
  if (label === 'draft') data(DRAFT);
  data(
    url === null
      ? 'It would go nowhere: no destination is known. Its project key will be part of the bytes.'
      : `POST ${url}`,
  );
  data(
    `${plural(bytes, 'byte')}, sha256 ${sha256.slice(0, 16)}…${isExample ? ' (its ids are drawn anew each time)' : ''}`,
  );
  showRows(decode(body)?.rows ?? [], output);
}

function explain({ paint, data }: Output): void {
  data(`\n${paint.bold('That is all of it')}`);
  data(
    'Every row above is sent as an event of its own, in random order. Each also carries a random id that is used once, and what is the same for everybody: noon UTC of its day, the name of the library that encodes it, and the requests to keep no address and make no profile. The project key stands above them. No id of you, your machine or this installation exists.',
  );
  data('\nThe exact bytes: dot-ai-analytics preview --raw. Every field and why: dot-ai-analytics schema.');
}
