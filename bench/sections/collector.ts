import { killedInTheMiddle, type Load, throughput } from '../load.js';
import { bytes, ms } from '../measure.js';
import { otherNode } from '../processes.js';
import type { RunOptions, Section } from '../section.js';
import { type Year, year } from '../space.js';
import type { Row, Table } from '../table.js';

export interface CollectorFigures {
  readonly perSecond: number;
  /** Of the reports that a bare server reads in a second. */
  readonly ratio: number;
  readonly killed: Awaited<ReturnType<typeof killedInTheMiddle>>;
  readonly years: readonly Year[];
}

/** Installs, and how many others report the same as each of them. */
const YEARS = [
  [1, 1],
  [100, 1],
  [1000, 1],
  [5000, 20],
] as const;

export async function collector({ quick, say }: RunOptions): Promise<Section<CollectorFigures>> {
  const options = { seconds: quick ? 1 : 5, rounds: quick ? 1 : 4 };
  const here = process.versions.node.split('.')[0];
  const first = await throughput(options);
  const runs = [{ label: `Node ${here}`, load: first }];
  const other = here === '24' ? '20' : '24';
  const node = quick ? undefined : otherNode(other);
  if (node !== undefined) runs.push({ label: `Node ${other}`, load: await throughput({ ...options, node }) });
  say('kill -9 in the middle …');
  const killed = await killedInTheMiddle();
  say('a year of installs …');
  const years: Year[] = [];
  for (const [installs, repeats] of quick ? YEARS.slice(0, 2) : YEARS) years.push(await year(installs, repeats));
  return {
    tables: [loadTable(first, runs, killed), yearTable(years)],
    figures: {
      perSecond: first.collector.perSecond,
      ratio: first.collector.perSecond / first.bare.perSecond,
      killed,
      years,
    },
  };
}

function loadTable(
  { rows, bytes: size }: Load,
  runs: readonly { readonly label: string; readonly load: Load }[],
  killed: CollectorFigures['killed'],
): Table {
  return {
    title: 'Durable reports a second',
    exercises: `Reports of ${rows.toFixed(1)} rows and ${Math.round(size)} bytes on the average, none twice, over 64 connections, with fsync before each answer; the bare server and the collector take turns, each after a warm-up and with a new file. The sender shares the two cores. Checked: every answer is 200, and the collector counts as many reports as it acknowledged, also after kill -9 in the middle.`,
    columns: ['server', 'reports/s', '× bare', 'processor time each', 'p50', 'p99', 'memory'],
    rows: runs.flatMap(({ label, load }) => [
      loadRow(`a bare HTTP server that only reads them, ${label}`, load, 'bare'),
      loadRow(`the collector, ${label}`, load, 'collector'),
    ]),
    note: `kill -9 in the middle: ${killed.acknowledged} acknowledged, ${killed.counted} counted afterwards, ${killed.unanswered} under way.`,
    chart: { title: 'Reports a second', unit: 'reports/s' },
  };
}

function loadRow(name: string, load: Load, server: 'bare' | 'collector'): Row {
  const { perSecond, p50, p99, cpuPerReport, rss } = load[server];
  return {
    ours: server === 'collector',
    cells: [
      name,
      `${Math.round(perSecond)}`,
      (perSecond / load.bare.perSecond).toFixed(2),
      `${Math.round(cpuPerReport)} µs`,
      ms(p50),
      ms(p99),
      `${Math.round(rss)} MiB`,
    ],
    value: perSecond,
  };
}

function yearTable(years: readonly Year[]): Table {
  return {
    title: 'A year in the collector',
    exercises:
      'Reports of invented installs, with every question of the API asked about the whole year. Checked: every question is answered.',
    columns: ['installs', 'reports', 'file', 'of it sums', 'of it hashes (24 days)', 'slowest question about the year'],
    rows: years.map((one) => ({
      ours: true,
      cells: [
        one.installs.toLocaleString('en'),
        one.reports.toLocaleString('en'),
        bytes(one.file),
        bytes(one.cells),
        one.hashes.toLocaleString('en'),
        slowest(one.times),
      ],
    })),
  };
}

function slowest(times: Readonly<Record<string, number>>): string {
  const [question, value] = Object.entries(times).sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  return `${ms(value)} (${question})`;
}
