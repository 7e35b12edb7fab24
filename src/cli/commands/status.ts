import { syntaxErrorIn } from '../../core/consent/config-file.js';
import { type Local, lookAt } from '../../core/inspect/local-state.js';
import { type LocalData, NO_DATA, type Status, type StatusView, viewStatus } from '../../core/inspect/status-view.js';
import { entry } from '../../platform/files.js';
import type { Run } from '../command.js';
import { commandLine, withCommandLines } from '../command-line.js';
import { EXIT } from '../exit-code.js';
import { decider, layerInWords, minute, onOff, plural, recipient, shortPath } from '../format.js';
import { columns } from '../layout.js';
import type { Output } from '../output.js';

export const run: Run<'status'> = async ({ options }, output) => {
  const local = lookAt();
  const view = viewStatus(local, await dataOf(local));
  const status = view.data;
  if (options.json) output.json(status);
  else {
    await show(view, options.verbose === true, output);
    if (local.config.state === 'invalid') await showPlace(status, output);
  }
  return options.exitCode && !status.enabled ? EXIT.off : EXIT.done;
};

/** What reads counts and reports is half of the code, and loaded only where there can be some. */
async function dataOf(local: Local): Promise<LocalData> {
  if (local.home === undefined || entry(local.home.data) === undefined) return NO_DATA;
  const { readLocalData } = await import('../../core/inspect/local-data.js');
  return readLocalData(local);
}

async function show(view: StatusView, isVerbose: boolean, output: Output): Promise<void> {
  const { data: status, warnings } = view;
  const { data, paint, width } = output;
  data(`Analytics is ${onOff(status.enabled, output)}: ${decider(status)}.`);
  data(`Recipient: ${recipient(status.destination)}.`);
  data(`Waiting: ${waiting(view)}.`);
  data(`\n${columns(await facts(view), width)}`);
  if (isVerbose) {
    data(`\n${paint.bold('What decides')} (the first that says on or off)`);
    data(columns(layers(status, output), width));
    data(`\n${paint.bold('Settings')}`);
    data(columns(settings(status), width));
  }
  for (const warning of warnings) output.remark(`Warning: ${withCommandLines(warning)}.`);
  data(`\n${nextStep(status)}`);
}

/** So that the file can be repaired. */
async function showPlace({ config: { path } }: Status, output: Output): Promise<void> {
  const syntax = path === null ? undefined : await syntaxErrorIn(path);
  if (syntax !== undefined) output.remark(`The first error of config.json is at ${syntax}.`);
}

function waiting({ data: { waiting }, unclosed: days }: StatusView): string {
  const bytes = waiting.reduce((sum, one) => sum + one.bytes, 0);
  const waits = waiting.length === 0 ? 'nothing' : `${plural(waiting.length, 'report')}, ${plural(bytes, 'byte')}`;
  return days === 0 ? waits : `${waits}; ${plural(days, 'finished day')} to be closed when a server starts`;
}

async function facts({ data: status }: StatusView): Promise<[string, string][]> {
  const { today, lastSent, lastFailure, nextTry, dropped } = status;
  return [
    ['today', today === null ? 'no open counts' : `${plural(today.rows, 'row')} so far (${today.day}, UTC)`],
    ['last sent', lastSent === null ? 'none on record here' : `${minute(lastSent.at)}, the report of ${lastSent.day}`],
    ['last failure', lastFailure === null ? 'none' : await failureInWords(lastFailure)],
    ['next attempt', nextTry === null ? 'none' : `by a running server, from ${minute(nextTry)}`],
    ...(dropped > 0 ? [['dropped', plural(dropped, 'report')] as [string, string]] : []),
  ];
}

/** The words are loaded only here: most often nothing has failed. */
async function failureInWords({ at, reason }: NonNullable<Status['lastFailure']>): Promise<string> {
  const { notedInWords } = await import('../failure-words.js');
  return `${minute(at)}: ${notedInWords(reason)}; the report is kept`;
}

function layers({ layers, decidedBy }: Status, { paint }: Output): [string, string][] {
  return layers.map(({ layer, ...said }) => {
    const words = layerInWords(said);
    return [layer, layer === decidedBy ? paint.bold(`${words}: this decides`) : words];
  });
}

function settings({ config, schema, hintShown }: Status): [string, string][] {
  return [
    ['config file', config.path === null ? 'there is no home folder' : `${shortPath(config.path)} (${config.state})`],
    ['schema', config.acceptedSchema === null ? `${schema}` : `${schema}, accepted ${config.acceptedSchema}`],
    ['hint', hintShown ? 'was shown' : 'not shown yet'],
  ];
}

function nextStep({ enabled, waiting }: Status): string {
  const command = commandLine('preview');
  if (!enabled) return `See what would be sent: ${command}`;
  return waiting.length > 0 ? `See what waits: ${command}` : `See what is counted: ${command}`;
}
