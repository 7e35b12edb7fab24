import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BarChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { wrapProse } from '../src/cli/docs/wrap-prose.js';
import type { Judged } from './budgets.js';
import { figuresOf } from './figures.js';
import { ROOT } from './processes.js';
import type { Machine, Results } from './results.js';
import { markdownTable, type Row, type Table } from './table.js';

use([BarChart, GridComponent, TitleComponent, SVGRenderer]);

const CHARTS = join(ROOT, 'docs', 'charts');

const INTRODUCTION = `# Benchmarks

\`npm run bench -- --write\` makes this page from one complete run. \`--only exit,calls\` measures parts, \`--quick\` less of everything, and \`--json FILE\` keeps the figures with all samples. What it compares with has a package.json of its own in \`bench/\`. All traffic stays on 127.0.0.1.

Every figure stands beside a baseline of the same run. Subjects take turns, so that a slow minute of the machine falls on all of them. Figures are medians, with the quartiles beside them. A difference smaller than "the baseline against itself" is noise. Environments are empty, so that no setting of the machine decides. Each table says what was done and what the run checked; a run whose check fails ends with an error.`;

/** docs/benchmarks.md and its charts: the results of one full run, as they came out. */
export function writeDocument({ machine, sections, budgets, quick }: Results): void {
  if (quick) throw new Error('--write documents a full run: leave out --quick');
  rmSync(CHARTS, { recursive: true, force: true });
  mkdirSync(CHARTS, { recursive: true });
  const tables = Object.values(sections).flatMap((section) => section.tables);
  const parts = [INTRODUCTION, machineLine(machine), ...budgetParts(budgets), ...tables.map(withChart)];
  const figures = `${JSON.stringify(figuresOf(sections), null, 2)}\n`;
  writeFileSync(join(ROOT, 'docs', 'figures.json'), figures);
  writeFileSync(join(ROOT, 'docs', 'benchmarks.md'), `${wrapProse(parts.join('\n\n')).trim()}\n`);
  console.log(
    '\nWritten: docs/benchmarks.md, docs/charts/ and docs/figures.json; npm run docs puts the figures into other documents',
  );
}

function machineLine({ when, processor, memory, system, node, versions }: Machine): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${when}: ${processor}, ${memory}, ${system}, Node ${node.slice(1)}. ${named.join(', ')}.`;
}

function budgetParts(budgets: readonly Judged[]): readonly string[] {
  const table = markdownTable({
    title: 'Budgets',
    exercises: 'The tables below show where each figure comes from.',
    columns: ['what', 'budget', 'measured', 'met', 'peers in this run'],
    rows: budgets.map(({ what, budget, measured, peers, isMet }) => ({
      cells: [what, budget, measured, isMet ? 'yes' : '**no**', peers],
    })),
  });
  if (budgets.every(({ isMet }) => isMet)) return [table];
  return [table, 'Where the time of a start goes: [decisions/start-up.md](decisions/start-up.md).'];
}

function withChart(table: Table): string {
  const { chart } = table;
  if (chart === undefined) return markdownTable(table);
  const name = `${chart.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}.svg`;
  writeFileSync(join(CHARTS, name), drawChart(chart, table.rows));
  return `${markdownTable(table)}\n\n![${chart.title}](charts/${name})`;
}

/** Bars from the top in the order of the table, ours in another color, each with its number. */
function drawChart(chart: NonNullable<Table['chart']>, rows: readonly Row[]): string {
  const bars = rows.flatMap(({ cells: [name = ''], value, ours }) =>
    value === undefined ? [] : [{ name: name.replaceAll('`', ''), value, color: ours ? '#1a7f5a' : '#8a93a0' }],
  );
  bars.reverse();
  const picture = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 70 + bars.length * 30 });
  picture.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: {
      text: `${chart.title} (${chart.unit})`,
      textStyle: { fontSize: 14, fontWeight: 'normal' },
      left: 8,
      top: 8,
    },
    grid: { left: 8, right: 70, top: 44, bottom: 8, outerBoundsMode: 'same' },
    xAxis: { type: 'value', splitLine: { show: false }, axisLabel: { show: false } },
    yAxis: {
      type: 'category',
      data: bars.map(({ name }) => name),
      axisTick: { show: false },
      axisLabel: { fontSize: 12 },
    },
    series: [
      {
        type: 'bar',
        barWidth: 16,
        data: bars.map(({ value, color }) => ({ value: short(value), itemStyle: { color } })),
        label: { show: true, position: 'right', fontSize: 12 },
      },
    ],
  });
  const svg = picture.renderToSVGString();
  picture.dispose();
  return svg;
}

function short(value: number): number {
  return Number(value.toPrecision(3));
}
