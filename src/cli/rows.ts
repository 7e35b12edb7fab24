import { LATENCY_BOUNDS } from '../schema/numbers.js';
import type { Row } from '../schema/report.js';
import { columns, type Output } from './output.js';
import { plural } from './words.js';

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
export function showRows(rows: readonly Row[], { paint, width, data }: Output): void {
  for (const [event, { heading, name, words }] of Object.entries(KINDS)) {
    const group = rows.filter((row) => row.event === event).map(({ properties }) => properties);
    if (group.length === 0) continue;
    data(`\n${paint.bold(heading)} ${paint.dim(`(${event})`)}`);
    data(
      columns(
        group.sort((a, b) => size(b) - size(a)).map((p) => [name(p), words(p)]),
        width,
      ),
    );
  }
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

function latency(p: Properties): string {
  const cells = family(p, 'latency_le_').map(([bound, count]) => `${count} ${within(bound)}`);
  return cells.length === 0 ? '' : cells.join(', ');
}

function within(bound: string): string {
  return bound === 'inf' ? `over ${duration(LATENCY_BOUNDS.at(-1) as number)}` : `within ${duration(Number(bound))}`;
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`;
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

function family(p: Properties, prefix: string): [string, unknown][] {
  return Object.entries(p).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
  );
}
