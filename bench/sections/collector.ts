import { killedInTheMiddle, throughput } from '../load.js';
import { bytes, ms } from '../measure.js';
import { otherNode } from '../processes.js';
import { year } from '../space.js';

export async function collector({ quick, say }) {
  const load = { seconds: quick ? 1 : 5, rounds: quick ? 1 : 5 };
  const major = (version) => version.split('.')[0];
  const here = major(process.versions.node);
  const runs = { [`Node ${here}`]: await throughput(load) };
  const other = here === '24' ? '20' : '24';
  const node = quick ? undefined : otherNode(other);
  if (node !== undefined) runs[`Node ${other}`] = await throughput({ ...load, node });
  say('kill -9 in the middle …');
  const killed = await killedInTheMiddle();
  say('a year of installs …');
  const years = [];
  for (const [installs, repeats] of quick
    ? [
        [1, 1],
        [100, 1],
      ]
    : [
        [1, 1],
        [100, 1],
        [1000, 1],
        [5000, 20],
      ])
    years.push(await year(installs, repeats));
  const first = Object.values(runs)[0];
  return {
    tables: [
      {
        title: `Durable reports a second (${first.rows.toFixed(1)} rows and ${Math.round(first.bytes)} bytes each, 64 connections, fsync before each answer)`,
        columns: ['server', 'reports/s', '× bare', 'p50', 'p99', 'memory'],
        rows: Object.entries(runs).flatMap(([label, { bare, collector: measured }]) =>
          [
            ['a bare HTTP server that only reads them', bare],
            ['the collector', measured],
          ].map(([name, one]) => ({
            ours: one === measured,
            cells: [
              `${name}, ${label}`,
              `${Math.round(one.perSecond)}`,
              (one.perSecond / bare.perSecond).toFixed(2),
              ms(one.p50),
              ms(one.p99),
              `${Math.round(one.rss)} MiB`,
            ],
            value: one.perSecond,
          })),
        ),
        note: `kill -9 in the middle: ${killed.acknowledged} acknowledged, ${killed.counted} counted afterwards, ${killed.unanswered} under way. The sender shares the two cores.`,
        chart: { title: 'Reports a second', unit: 'reports/s' },
      },
      {
        title: 'A year in the collector',
        columns: [
          'installs',
          'reports',
          'file',
          'of it sums',
          'of it hashes (22 days)',
          'slowest question about the year',
        ],
        rows: years.map((one) => ({
          ours: true,
          cells: [
            one.installs.toLocaleString('en'),
            one.reports.toLocaleString('en'),
            bytes(one.file),
            bytes(one.cells),
            `${one.hashes.toLocaleString('en')}`,
            slowest(one.times),
          ],
        })),
      },
    ],
    figures: { perSecond: first.collector.perSecond, killed, years },
  };
}

function slowest(times) {
  const [question, value] = Object.entries(times).sort((a, b) => b[1] - a[1])[0];
  return `${ms(value)} (${question})`;
}
