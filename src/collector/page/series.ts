import { LATENCY_CELLS } from '../../schema/latency.js';
import { quantile } from '../cells/histogram.js';
import { type Bucket, type Sums, sumsOver, together } from './buckets.js';
import type { Row } from './data.js';
import { byName } from './known.js';

/** Numbers over time, of one tool or of several: null where nothing is known. */
export type Series = readonly (number | null)[];

/** Sums over time. Each name is spread over the axis separately, because each has its own intervals. */
function over(rows: readonly Row[], buckets: readonly Bucket[], measures: readonly string[]): Over {
  const all = [...byName(rows, 'tool').values()].map((own) => sumsOver(own, buckets, measures));
  return { sums: together(all, buckets), share: sharesOf(all, buckets) };
}

interface Over {
  readonly sums: readonly (Sums | null)[];
  /** Of the tools by their size: how much is known in each bucket. */
  readonly share: readonly number[];
}

/** A sum of few tools looks like a collapse, and a rate like a change: each bucket says how much of all it has. */
function sharesOf(all: readonly (readonly (Sums | null)[])[], buckets: readonly Bucket[]): number[] {
  const size = (sums: Sums | null | undefined) => Object.values(sums ?? {}).reduce((a, b) => a + b, 0);
  const sizes = all.map((own) => own.reduce((total, sums) => total + size(sums), 0));
  const total = sizes.reduce((a, b) => a + b, 0);
  return buckets.map((_, at) => {
    const known = all.reduce((sum, own, tool) => sum + (own[at] == null ? 0 : (sizes[tool] ?? 0)), 0);
    return total === 0 ? 0 : known / total;
  });
}

/** Rates of less than this share of all calls are a gap: they would say more of the mix of tools than of a change. */
const ENOUGH_KNOWN = 0.8;
/** Sums of less than this share are marked. */
const ALMOST_ALL = 0.95;

export function callsOver(rows: readonly Row[], buckets: readonly Bucket[]): Series {
  return over(rows, buckets, ['invocations']).sums.map((sums) => sums?.invocations ?? null);
}

/** Where the calls of some tools are not known. */
export function partlyOver(rows: readonly Row[], buckets: readonly Bucket[]): boolean[] {
  return over(rows, buckets, ['invocations']).share.map((share) => share < ALMOST_ALL);
}

export function failureRateOver(rows: readonly Row[], buckets: readonly Bucket[], isPooled: boolean): Series {
  const { share } = over(rows, buckets, ['invocations']);
  const { sums } = over(rows, buckets, ['invocations', 'failures']);
  return sums.map((own, at) => (isEnough(share[at], isPooled) ? shareOf(own?.failures, own?.invocations) : null));
}

/** Without pooling, tools that are missing were not called. */
const isEnough = (share: number | undefined, isPooled: boolean) => !isPooled || (share ?? 0) >= ENOUGH_KNOWN;

function shareOf(part: number | undefined, of: number | undefined): number | null {
  return part === undefined || of === undefined || of === 0 ? null : part / of;
}

/** Of latency rows: the median, and what 95% of the calls are faster than. */
export function timesOver(rows: readonly Row[], buckets: readonly Bucket[], isPooled: boolean) {
  const { sums, share } = over(rows, buckets, LATENCY_CELLS);
  const at = (part: number): Series =>
    sums.map((cells, index) => (cells !== null && isEnough(share[index], isPooled) ? quantile(cells, part) : null));
  return { p50: at(0.5), p95: at(0.95) };
}

/** Which buckets of one tool have only an average of their month's rest. */
export function averagesOver(rows: readonly Row[], buckets: readonly Bucket[]): boolean[] {
  const published = rows.filter(({ state }) => state === 'published');
  return buckets.map(({ from, to }) => !published.some((row) => row.from >= from && row.to <= to));
}

/** Sessions by their number of different tools, each with the smallest number it stands for. */
export const SESSION_SIZES = [
  ['sessions_1_tool', '1 tool', 1],
  ['sessions_2_tools', '2 tools', 2],
  ['sessions_3_tools', '3 tools', 3],
  ['sessions_4_to_5_tools', '4 to 5 tools', 4],
  ['sessions_6_or_more_tools', '6 or more tools', 6],
] as const;

/** The least number of different tools in a session, on average. */
export function toolsPerSession(sums: Sums): number | null {
  const sessions = SESSION_SIZES.reduce((total, [name]) => total + (sums[name] ?? 0), 0);
  const tools = SESSION_SIZES.reduce((total, [name, , size]) => total + size * (sums[name] ?? 0), 0);
  return sessions === 0 ? null : tools / sessions;
}

export function toolsPerSessionOver(rows: readonly Row[], buckets: readonly Bucket[]): Series {
  const names = SESSION_SIZES.map(([name]) => name);
  return sumsOver(rows, buckets, names).map((sums) => (sums === null ? null : toolsPerSession(sums)));
}

/** Installs of the weeks, months or days that the axis has. */
export function installsOver(rows: readonly Row[], buckets: readonly Bucket[]): Series {
  const found = new Map(rows.map((row) => [`${row.from} ${row.to}`, row.installs as number | null]));
  return buckets.map(({ from, to }) => found.get(`${from} ${to}`) ?? null);
}
