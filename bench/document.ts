import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BarChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { ROOT } from './processes.js';
import { markdownTable } from './table.js';

use([BarChart, GridComponent, TitleComponent, SVGRenderer]);

const CHARTS = join(ROOT, 'docs', 'charts');

/** docs/benchmarks.md and its charts: the results of one full run, as they came out. */
export function writeDocument({ machine, sections, budgets, quick }) {
  if (quick) throw new Error('--write documents a full run: leave out --quick');
  rmSync(CHARTS, { recursive: true, force: true });
  mkdirSync(CHARTS, { recursive: true });
  const parts = Object.values(sections).flatMap(({ tables }) => tables.map(withChart));
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const unmet = budgets.filter(({ isMet }) => !isMet);
  const text = [
    '# Benchmarks',
    '',
    '`npm run bench` makes this page with `-- --write`; `--only exit,calls` measures parts, `--quick` less of everything, `--json FILE` keeps the figures with all samples. What it compares with has a package.json of its own in `bench/`; all traffic stays on 127.0.0.1.',
    '',
    'Every figure stands beside a baseline of the same run. Subjects take turns, round by round, so that a slow minute falls on all of them; medians, with the quartiles beside them. "The baseline against itself" is what can not be told from nothing. Environments are empty, so that no setting of the machine decides.',
    '',
    `${machine.when}: ${machine.processor}, ${machine.memory}, ${machine.system}, Node ${machine.node.slice(1)}. ${versions.join(', ')}.`,
    '',
    markdownTable({
      title: 'Budgets',
      columns: ['what', 'budget', 'measured', 'met', 'peers in this run'],
      rows: budgets.map(({ what, budget, measured, peers, isMet }) => ({
        cells: [what, budget, measured, isMet ? 'yes' : '**no**', peers],
      })),
    }),
    '',
    ...(unmet.length === 0
      ? []
      : [
          'What is not met, where the time goes and what the floor is: [decisions/start-up.md](decisions/start-up.md).',
          '',
        ]),
    ...parts,
  ].join('\n');
  writeFileSync(join(ROOT, 'docs', 'benchmarks.md'), `${text.trim()}\n`);
  console.log('\nWritten: docs/benchmarks.md and docs/charts/');
}

function withChart(table) {
  if (table.chart === undefined) return `${markdownTable(table)}\n`;
  const name = `${table.chart.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}.svg`;
  writeFileSync(join(CHARTS, name), chartOf(table));
  return `${markdownTable(table)}\n\n![${table.chart.title}](charts/${name})\n`;
}

/** Bars from the top in the order of the table, ours in another colour, each with its number. */
function chartOf({ chart, rows }) {
  const drawn = rows.filter(({ value }) => value !== undefined).reverse();
  const picture = init(null, null, { renderer: 'svg', ssr: true, width: 720, height: 70 + drawn.length * 30 });
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
      data: drawn.map(({ cells }) => cells[0].replaceAll('`', '')),
      axisTick: { show: false },
      axisLabel: { fontSize: 12 },
    },
    series: [
      {
        type: 'bar',
        barWidth: 16,
        data: drawn.map(({ value, ours }) => ({
          value: short(value),
          itemStyle: { color: ours ? '#1a7f5a' : '#8a93a0' },
        })),
        label: { show: true, position: 'right', fontSize: 12 },
      },
    ],
  });
  const svg = picture.renderToSVGString();
  picture.dispose();
  return svg;
}

const short = (value) => Number(value.toPrecision(3));
