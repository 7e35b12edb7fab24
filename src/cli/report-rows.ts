import type { Row } from '../schema/report.js';
import { plural } from './format.js';
import { family, latency, showLatency } from './latency.js';
import { columns, type Output } from './output.js';
import { bars } from './sparkline.js';

type Properties = Row['properties'];

/** For each kind of row: its heading, and one row in words. Every property of the row is in the words. */
const KINDS: Readonly<
  Record<Row['event'], { heading: string; name(p: Properties): string; words(p: Properties): string }>
> = {
  tool_usage: {
    heading: 'Tools',
    name: ({ tool }) => String(tool),
    words: (p) => [calls(p), outcome(p), latency(p), firsts(p)].filter(Boolean).join('; '),
  },
  tool_latency: { heading: 'Rarely called tools together', name: () => 'took', words: latency },
  workflow_step: {
    heading: 'Steps from one tool to the next',
    name: ({ from, to }) => `${from} > ${to}`,
    words: ({ count }) => plural(Number(count), 'time'),
  },
  session_usage: { heading: 'Sessions by number of different tools', name: () => 'sessions', words: sessions },
  feature_usage: {
    heading: 'Features',
    name: ({ feature }) => String(feature),
    words: (p) => [plural(Number(p.uses), 'use'), firsts(p)].filter(Boolean).join('; '),
  },
  provider_usage: { heading: 'AI providers', name: ({ provider }) => String(provider), words: calls },
  active_install: {
    heading: 'This installation was active',
    name: () => 'active',
    words: (p) => ['on this day', firsts(p)].filter(Boolean).join('; '),
  },
};

/** The rows of a report for people, grouped by kind, most used first. */
export function showRows(rows: readonly Row[], output: Output): void {
  const { paint, width, data, hasPictures } = output;
  for (const [event, { heading, name, words }] of Object.entries(KINDS)) {
    const group = rows.filter((row) => row.event === event).map(({ properties }) => properties);
    if (group.length === 0) continue;
    data(`\n${paint.bold(heading)} ${paint.dim(`(${event})`)}`);
    group.sort((a, b) => size(b) - size(a));
    const drawn = hasPictures && group.length > 1 ? bars(group.map(size)) : [];
    const longest = Math.max(...group.map((p) => name(p).length));
    const label = (p: Properties, at: number) =>
      drawn[at] === undefined ? name(p) : `${name(p).padEnd(longest)}  ${drawn[at]}`;
    data(
      columns(
        group.map((p, at) => [label(p, at), words(p)]),
        width,
      ),
    );
  }
  showLatency(rows, output);
}

function size({ invocations, count, uses }: Properties): number {
  return Number(invocations ?? count ?? uses ?? 0);
}

function calls({ invocations }: Properties): string {
  return plural(Number(invocations), 'call');
}

function outcome(p: Properties): string {
  const categories = family(p, 'failures_').map(([category, count]) => `${count} ${category}`);
  const failed = p.failures === undefined ? '' : `${p.failures} failed (${categories.join(', ')})`;
  return [p.successes === undefined ? '' : `${p.successes} ok`, failed].filter(Boolean).join(', ');
}

function sessions(p: Properties): string {
  return family(p, 'sessions_')
    .map(([tools, count]) => `${count} with ${tools.replaceAll('_', ' ')}`)
    .join(', ');
}

function firsts({ first_this_week: week, first_this_month: month }: Properties): string {
  if (week && month) return 'first this week and month';
  return week ? 'first this week' : month ? 'first this month' : '';
}
