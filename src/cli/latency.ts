import { LATENCY_BOUNDS } from '../schema/latency.js';
import type { Row } from '../schema/report.js';
import type { Output } from './output.js';
import { sparkline } from './sparkline.js';

const CELL = 'latency_le_';
const BOUNDS = [...LATENCY_BOUNDS.map(String), 'inf'];
/** Of fewer calls a share says nothing. */
const FEWEST_FOR_SHARES = 5;

/** The histogram of one row in words, for example `9 up to 2 s, 3 from 2 to 5 s`: each call is in one of them. */
export function latency(properties: Row['properties']): string {
  const cells = BOUNDS.flatMap((bound, at) => {
    const count = properties[`${CELL}${bound}`];
    return count === undefined ? [] : [{ count, at }];
  });
  return cells.map(({ count, at }, nth) => `${count} ${nth === 0 ? upTo(at) : between(at)}`).join(', ');
}

function upTo(at: number): string {
  return at < LATENCY_BOUNDS.length ? `up to ${duration(LATENCY_BOUNDS[at] as number)}` : between(at);
}

function between(at: number): string {
  const [from, to] = [LATENCY_BOUNDS[at - 1], LATENCY_BOUNDS[at]];
  if (from === undefined) return upTo(at);
  if (to === undefined) return `over ${duration(from)}`;
  const [[low, unit], [high, highUnit]] = [from, to].map((ms) => duration(ms).split(' ')) as [string[], string[]];
  return `from ${low}${unit === highUnit ? '' : ` ${unit}`} to ${high} ${highUnit}`;
}

/** How long all calls took together. Uses only the numbers that the rows show; undefined if they are too few. */
export function latencyOf(rows: readonly Row[], { hasPictures }: Output): string | undefined {
  const counts = countsOf(rows);
  if (counts === undefined) return undefined;
  const shares = `half ${within(reached(counts, 0.5))}, nine of ten ${within(reached(counts, 0.9))}`;
  return hasPictures ? `${picture(counts)}; ${shares}` : shares;
}

/** The time within which this share of the calls had ended, `2 s` or `over 5 min`. */
export function timeOf(rows: readonly Row[], share: number): string | undefined {
  const counts = countsOf(rows);
  return counts && within(reached(counts, share)).replace('within ', '');
}

/** By bound; undefined if these are too few calls. */
function countsOf(rows: readonly Row[]): number[] | undefined {
  const counts = BOUNDS.map((bound) =>
    rows.reduce((sum, { properties }) => sum + Number(properties[`${CELL}${bound}`] ?? 0), 0),
  );
  return counts.reduce((sum, count) => sum + count, 0) < FEWEST_FOR_SHARES ? undefined : counts;
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
  return `${sparkline(counts.slice(first, last + 1))}, ${from === to ? from : `${from} to ${to}`}`;
}

function within(bound: string): string {
  return bound === 'inf' ? `over ${duration(LATENCY_BOUNDS.at(-1) as number)}` : `within ${duration(Number(bound))}`;
}

function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  return ms < 60_000 ? `${ms / 1000} s` : `${ms / 60_000} min`;
}
