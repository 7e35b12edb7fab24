import { stepName } from './buckets.js';
import { chart } from './chart.js';
import type { Row } from './data.js';
import { h, numbersBehind, section } from './elements.js';
import { duration, rate, short, whole, word } from './format.js';
import {
  averagesOver,
  callsOver,
  failureRateOver,
  installsOver,
  partlyOver,
  timesOver,
  toolsPerSessionOver,
} from './series.js';
import { COLORS } from './tools-table.js';
import type { ToolFacts, View } from './view.js';

/** The same as at the top, large, with the releases. */
export function overTime(view: View): HTMLElement {
  const { answers, buckets, releases } = view;
  const step = stepOf(view);
  const common = { buckets, releases };
  const charts = [
    chart({
      ...common,
      title: `Installs, each ${step}`,
      kind: 'bars',
      values: installsOver(answers.installs.rows, buckets),
      format: whole,
    }),
    chart({
      ...common,
      title: `Calls, each ${step}`,
      kind: 'bars',
      values: callsOver(answers.tools.rows, buckets),
      isPartly: view.about.pooled ? partlyOver(answers.tools.rows, buckets) : [],
      format: short,
    }),
    ...failuresAndTimes(view, common, answers.tools.rows, answers.latency.rows),
    chart({
      ...common,
      title: 'Tools per session, at least',
      kind: 'line',
      values: toolsPerSessionOver(answers.sessions.rows, buckets),
      format: (value) => value.toFixed(2),
    }),
  ];
  return section('over-time', 'Over time', says(view), h('div', { class: 'charts' }, ...charts), table(view));
}

function says({ about }: View): string {
  const pooled =
    ' A gap is too few. Lighter bars are only a part: some tools are too few, or the rest of a month is drawn as an average of its weeks.';
  return `Every axis begins at zero.${about.pooled ? pooled : ''}`;
}

const stepOf = ({ buckets }: View) => (buckets[0] === undefined ? 'week' : stepName(buckets[0]));

function table({ answers, about, period, buckets }: View): HTMLElement {
  const end = buckets.at(-1)?.to ?? period.to;
  const columns = ['installs', 'invocations', 'failures', 'sessions'];
  const rows = answers.overview.rows.filter(({ from, to }) => from >= period.from && to <= end);
  return intervalTable('The published intervals', rows, columns, about.pooled);
}

const PLACE = ['interval', 'from', 'to', 'state'];

function intervalTable(
  label: string,
  rows: readonly Row[],
  columns: readonly string[],
  isPooled: boolean,
): HTMLElement {
  const head = [
    'Interval',
    'From',
    'To',
    ...columns.map((name) => (name === 'invocations' ? 'calls' : name.replaceAll('_', ' '))),
  ];
  const text = (row: Row, column: string) =>
    row[column] === null ? word(row.state, isPooled) : whole(Number(row[column]));
  return numbersBehind(
    label,
    head.map((title, at) => ({ title, isName: at < 3 })),
    rows.map((row) => [row.interval, row.from, row.to, ...columns.map((column) => text(row, column))]),
  );
}

/** The charts of one tool, in its color. */
export function toolOverTime(view: View, tool: ToolFacts): HTMLElement {
  const { answers, about, buckets, releases, period } = view;
  const isOwn = (row: Row) => row.tool === tool.name;
  const rows = answers.tools.rows.filter(isOwn);
  const common = { buckets, releases, color: `c${tool.place % COLORS}` };
  const charts = [
    chart({
      ...common,
      title: `Calls, each ${stepOf(view)}`,
      kind: 'bars',
      values: callsOver(rows, buckets),
      isPartly: averagesOver(rows, buckets),
      format: short,
    }),
    ...failuresAndTimes(view, common, rows, answers.latency.rows.filter(isOwn)),
  ];
  const end = buckets.at(-1)?.to ?? period.to;
  const shown = rows.filter(({ from, to }) => from >= period.from && to <= end);
  // Whatever the API counts of a tool: a new field appears by itself.
  const columns = Object.keys(rows[0] ?? {}).filter((name) => !PLACE.includes(name) && name !== 'tool');
  const behind = intervalTable('The intervals of this tool', shown, columns, about.pooled);
  return section('over-time', 'Over time', says(view), h('div', { class: 'charts' }, ...charts), behind);
}

type Common = Pick<Parameters<typeof chart>[0], 'buckets' | 'releases' | 'color'>;

/** How often calls failed, and how long they took. */
function failuresAndTimes(
  { buckets, about }: View,
  common: Common,
  calls: readonly Row[],
  latency: readonly Row[],
): HTMLElement[] {
  const { p50, p95 } = timesOver(latency, buckets, about.pooled);
  return [
    chart({
      ...common,
      title: 'Failure rate',
      kind: 'line',
      values: failureRateOver(calls, buckets, about.pooled),
      format: rate,
      color: 'bad',
    }),
    chart({ ...common, title: 'Time of a call, p50 to p95', kind: 'line', values: p95, low: p50, format: duration }),
  ];
}
