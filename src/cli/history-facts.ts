import { callsIn, type Properties, sumOver, timedCalls, usageIn } from '../core/inspect/add-up.js';
import { type History, rowsIn } from '../core/inspect/history.js';
import { kindOf } from '../schema/fields.js';
import type { Row } from '../schema/report.js';
import { grouped, plural } from './format.js';
import { latency, latencyOf } from './latency.js';
import type { Output } from './output.js';
import { listOf } from './report-rows.js';
import { bars } from './sparkline.js';
import { tableLines } from './table.js';
import { timedCallsOf } from './tool-table.js';

type Labeled = [label: string, text: string];

/** What is known of the calls beside their number. An empty text says nothing. */
export function factsOf(history: History, rows: readonly Row[], output: Output): Labeled[] {
  const { tool } = history;
  const lists: Labeled[] = [
    ['Failures', failures(usageIn(rows))],
    ['Latency', latencyInWords(history, rows, output)],
    ...(tool === null ? others(rows) : aroundTool(tool, stepsIn(rows))),
  ];
  return lists.filter(([, text]) => text !== '').map(([label, text]) => [output.paint.bold(label), text]);
}

const CATEGORY = 'failures_<category>';

function failures(rows: readonly Row[]): string {
  const names = kindOf('tool_usage').fields.find(({ name }) => name === CATEGORY)?.names ?? [];
  const counts = names.map((name) => ({ name: name.slice(CATEGORY.indexOf('<')), count: sumOver(rows, name) }));
  return counts.some(({ count }) => count > 0) ? ranked(counts) : 'none';
}

/** `half within 2 s, nine of ten within 5 s (latency of 27 of 56 calls)` */
function latencyInWords(history: History, rows: readonly Row[], output: Output): string {
  const { tool, days } = history;
  if (callsIn(rows) === 0) return '';
  const timed =
    tool === null ? days.reduce((sum, day) => sum + timedCalls(rowsIn([day])), 0) : timedCallsOf(history, tool);
  const shares = latencyOf(rows, output) ?? 'not known';
  const one = usageIn(rows)[0];
  const cells = tool === null || one === undefined ? '' : latency(one.properties);
  const known = `(latency of ${grouped(timed)} of ${plural(callsIn(rows), 'call')})`;
  return `${[shares, cells].filter((part) => part !== '').join('; ')} ${known}`;
}

function others(rows: readonly Row[]): Labeled[] {
  return (['session_usage', 'feature_usage', 'provider_usage'] as const).map((event) => {
    const kind = kindOf(event);
    return [kind.heading, listOf(kind, rows)];
  });
}

function aroundTool(tool: string, steps: readonly Properties[]): Labeled[] {
  const before = steps.filter(({ to }) => to === tool).map(({ from, count }) => ({ name: `${from}`, count }));
  const after = steps.filter(({ from }) => from === tool).map(({ to, count }) => ({ name: `${to}`, count }));
  return [
    ['Before it', ranked(before)],
    ['After it', ranked(after)],
  ];
}

/** Most first: `21 recommend, 13 version`. */
function ranked(counts: readonly { readonly name: string; readonly count: Properties[string] | undefined }[]): string {
  const sorted = counts.filter(({ count }) => Number(count) > 0).sort((a, b) => Number(b.count) - Number(a.count));
  return sorted.map(({ name, count }) => `${grouped(Number(count))} ${name}`).join(', ');
}

const stepsIn = (rows: readonly Row[]) =>
  rows.filter(({ event }) => event === 'workflow_step').map(({ properties }) => properties);

/** More would not be read. */
const MAX_STEPS_SHOWN = 6;

/** The most frequent steps, each with how often it was taken. */
export function stepLines(rows: readonly Row[], { hasPictures }: Output): string[] {
  const steps = stepsIn(rows).sort((a, b) => Number(b.count) - Number(a.count));
  const shown = steps.slice(0, MAX_STEPS_SHOWN);
  const names = shown.map(({ from, to }) => `${from} > ${to}`);
  const counts = shown.map(({ count }) => Number(count));
  const others = steps.slice(MAX_STEPS_SHOWN);
  if (others.length > 0) names.push(plural(others.length, 'other step'));
  const sums = others.length > 0 ? [...counts, others.reduce((all, { count }) => all + Number(count), 0)] : counts;
  return tableLines([
    { heading: '', cells: names, isText: true },
    { heading: '', cells: sums.map(grouped) },
    ...(hasPictures ? [{ heading: '', cells: bars(counts), isText: true }] : []),
  ]);
}
