import { LATENCY_BOUNDS } from '../schema/numbers.js';
import type { Row } from '../schema/report.js';
import { columns, type Output } from './output.js';
import { bars, sparkline } from './pictures.js';
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

/** All calls together, as a person asks: how long does it take? Adds nothing to the rows. */
function showLatency(rows: readonly Row[], { paint, width, data, hasPictures }: Output): void {
  const counts = BOUNDS.map((bound) =>
    rows.reduce((sum, { properties }) => sum + Number(properties[`${LATENCY}${bound}`] ?? 0), 0),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total < FEWEST_FOR_SHARES) return;
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  /** The bound within which so many of them ended. */
  const reached = (share: number) => {
    let left = share * total;
    const at = counts.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return BOUNDS[at] as string;
  };
  const shares = `half ${within(reached(0.5))}, nine of ten ${within(reached(0.9))}`;
  const picture = `${sparkline(counts.slice(first, last + 1))}  ${edge(BOUNDS[first] as string)} to ${edge(BOUNDS[last] as string)}; `;
  data(`\n${paint.bold('How long calls took')} ${paint.dim('(all of them together, from the rows above)')}`);
  data(columns([['all', `${hasPictures && last > first ? picture : ''}${shares}`]], width));
}

function edge(bound: string): string {
  return bound === 'inf' ? within(bound) : duration(Number(bound));
}

const LATENCY = 'latency_le_';
const BOUNDS = [...LATENCY_BOUNDS.map(String), 'inf'];
/** Of fewer a share says nothing. */
const FEWEST_FOR_SHARES = 5;

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
  const cells = family(p, LATENCY).map(([bound, count]) => `${count} ${within(bound)}`);
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
