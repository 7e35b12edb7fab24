import { type Status, type StatusView, viewStatus } from '../../core/inspect/status.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import { decider, layerInWords, onOff, plural, shortPath } from '../format.js';
import { columns } from '../layout.js';
import type { Output } from '../output.js';

export const run: Run<'status'> = async ({ options }, output) => {
  const view = viewStatus();
  const status = view.data;
  if (options.json) output.json(status);
  else show(view, output);
  return options.exitCode && !status.enabled ? EXIT.off : EXIT.done;
};

function show(view: StatusView, output: Output): void {
  const { data: status, warnings, pause } = view;
  const { paint, width } = output;
  output.data(`Analytics is ${onOff(status.enabled, output)}: ${decider(status)}.`);
  output.data(`\n${paint.bold('What decides')} (the first that says on or off)`);
  output.data(
    columns(
      status.layers.map((layer) => [layer.layer, layerInWords(layer)]),
      width,
    ),
  );
  output.data(`\n${paint.bold('Here')}`);
  output.data(columns(facts(view), width));
  for (const warning of warnings) output.remark(`Warning: ${warning}.`);
  if (pause) output.remark(pauseInWords(pause));
  output.data(`\n${nextStep(status)}`);
}

function facts({ data: status, unclosed: days }: StatusView): [string, string][] {
  const { config, today, waiting, lastSent, destination, schema } = status;
  const file = config.path === null ? 'there is no home folder' : `${shortPath(config.path)} (${config.state})`;
  const bytes = waiting.reduce((sum, one) => sum + one.bytes, 0);
  const waits = waiting.length === 0 ? 'nothing' : `${plural(waiting.length, 'report')}, ${plural(bytes, 'byte')}`;
  const unclosed = days === 0 ? '' : `; ${plural(days, 'finished day')} to be closed when a server starts`;
  return [
    ['config file', file],
    ['schema', config.acceptedSchema === null ? `${schema}` : `${schema}, accepted ${config.acceptedSchema}`],
    ['hint', status.hintShown ? 'was shown' : 'not shown yet'],
    ['today', today === null ? 'nothing counted' : `${plural(today.rows, 'row')} so far (${today.day}, UTC)`],
    ['waiting', waits + unclosed],
    [
      'last sent',
      lastSent === null ? 'never' : `${lastSent.at.slice(0, 16).replace('T', ' ')} UTC, the report of ${lastSent.day}`,
    ],
    ['dropped', plural(status.dropped, 'report')],
    [
      'goes to',
      destination === null
        ? 'nowhere: no destination is known'
        : `${destination.host} (from the ${destination.source})`,
    ],
  ];
}

function pauseInWords({ reason, until, host, isUnauthorized }: NonNullable<StatusView['pause']>): string {
  const why = isUnauthorized ? `it does not accept the project key (${reason})` : reason;
  return `Sending to ${host} failed: ${why}. Reports are kept; a server tries again after ${new Date(until).toISOString()}.`;
}

function nextStep({ enabled, waiting }: Status): string {
  if (!enabled) return 'See what would be sent: dot-ai-analytics preview';
  return waiting.length > 0
    ? 'See what waits: dot-ai-analytics preview'
    : 'See what is counted: dot-ai-analytics preview';
}
