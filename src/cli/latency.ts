import { LATENCY_BOUNDS } from '../schema/latency.js';
import type { Row } from '../schema/report.js';
import { columns } from './layout.js';
import type { Output } from './output.js';
import { sparkline } from './sparkline.js';

const CELL = 'latency_le_';
const BOUNDS = [...LATENCY_BOUNDS.map(String), 'inf'];
/** Of fewer calls a share says nothing. */
const FEWEST_FOR_SHARES = 5;

/** The histogram of one row in words. */
export function latency(properties: Row['properties']): string {
  return family(properties, CELL)
    .map(([bound, count]) => `${count} ${within(bound)}`)
    .join(', ');
}

/** All calls together, as a person asks: how long does it take? Only repeats what the rows say. */
export function showLatency(rows: readonly Row[], { paint, width, data, hasPictures }: Output): void {
  const counts = BOUNDS.map((bound) =>
    rows.reduce((sum, { properties }) => sum + Number(properties[`${CELL}${bound}`] ?? 0), 0),
  );
  if (counts.reduce((sum, count) => sum + count, 0) < FEWEST_FOR_SHARES) return;
  const shares = `half ${within(reached(counts, 0.5))}, nine of ten ${within(reached(counts, 0.9))}`;
  data(`\n${paint.bold('How long calls took')} (all of them together, from the rows above)`);
  data(columns([['all', hasPictures ? `${picture(counts)}; ${shares}` : shares]], width));
}

/** The bound within which this share of the calls had ended. */
function reached(counts: readonly number[], share: number): string {
  let left = share * counts.reduce((sum, count) => sum + count, 0);
  const at = counts.findIndex((count) => {
    left -= count;
    return left <= 0;
  });
  return BOUNDS[at] as string;
}

function picture(counts: readonly number[]): string {
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  const [from, to] = [first, last].map((at) => within(BOUNDS[at] as string).replace('within ', ''));
  return `${sparkline(counts.slice(first, last + 1))}  ${from === to ? from : `${from} to ${to}`}`;
}

function within(bound: string): string {
  return bound === 'inf' ? `over ${duration(LATENCY_BOUNDS.at(-1) as number)}` : `within ${duration(Number(bound))}`;
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`;
}

/** Properties of a family such as `failures_<category>`, by what tells them apart. */
function family(p: Row['properties'], prefix: string): [string, unknown][] {
  return Object.entries(p).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
  );
}
