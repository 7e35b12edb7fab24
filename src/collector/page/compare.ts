import { LATENCY_CELLS } from '../../schema/latency.js';
import { type Histogram, quantile } from '../cells/histogram.js';
import { histogramOf, sum } from './known.js';
import type { ToolFacts } from './view.js';

/** How a number changed, as far as calls can tell. */
export type Verdict = 'lower' | 'higher' | 'no clear change' | 'not known';

/** A tool in two periods. */
export interface Pair {
  readonly now: ToolFacts;
  readonly before: ToolFacts;
}

/** Tools of which something is known in both periods. Their rates can be compared, their sums cannot. */
export function pairsOf(now: readonly ToolFacts[], before: readonly ToolFacts[]): Pair[] {
  const earlier = new Map(before.map((one) => [one.name, one]));
  return now.flatMap((one) => {
    const own = earlier.get(one.name);
    return own !== undefined && one.calls !== null && own.calls !== null ? [{ now: one, before: own }] : [];
  });
}

/*
 * Several tools are compared in the same mix: each has the same weight in both periods (that of Mantel and Haenszel).
 * Otherwise a rate would change because another tool is called more, or because other weeks of it are known.
 */

interface Part {
  readonly part: number;
  readonly of: number;
  readonly partBefore: number;
  readonly ofBefore: number;
}

const weight = ({ of, ofBefore }: Pick<Part, 'of' | 'ofBefore'>) => (of * ofBefore) / (of + ofBefore);

/** Differences below three standard errors happen by chance too often, and calls of one install are alike. */
const CLEAR = 3;

export function compareShares(parts: readonly Part[]): Verdict {
  const own = parts.filter(({ of, ofBefore }) => of > 0 && ofBefore > 0);
  if (own.length === 0) return 'not known';
  let [difference, variance] = [0, 0];
  for (const one of own) {
    const { part, of, partBefore, ofBefore } = one;
    const all = (part + partBefore) / (of + ofBefore);
    difference += weight(one) * (part / of - partBefore / ofBefore);
    variance += weight(one) ** 2 * all * (1 - all) * (1 / of + 1 / ofBefore);
  }
  if (variance === 0 || Math.abs(difference) < CLEAR * Math.sqrt(variance)) return 'no clear change';
  return difference < 0 ? 'lower' : 'higher';
}

export function compareRates(pairs: readonly Pair[]): Verdict {
  return compareShares(pairs.map(callsIn));
}

function callsIn({ now, before }: Pair): Part {
  const [part, of] = [now.failures ?? 0, now.calls ?? 0];
  return { part, of, partBefore: before.failures ?? 0, ofBefore: before.calls ?? 0 };
}

/** The failure rates before and now, in the same mix. Null if nothing can be compared. */
export function ratesOf(pairs: readonly Pair[]): readonly [number, number] | null {
  const parts = pairs.map(callsIn).filter(({ of, ofBefore }) => of > 0 && ofBefore > 0);
  const total = parts.reduce((all, one) => all + weight(one), 0);
  if (total === 0) return null;
  const mean = (share: (one: Part) => number) => parts.reduce((all, one) => all + weight(one) * share(one), 0) / total;
  return [mean(({ partBefore, ofBefore }) => partBefore / ofBefore), mean(({ part, of }) => part / of)];
}

interface Timed {
  readonly cells: Histogram;
  readonly cellsBefore: Histogram;
  readonly of: number;
  readonly ofBefore: number;
}

function timedIn(pairs: readonly Pair[]): Timed[] {
  const all = pairs.map(({ now, before }) => ({
    ...{ cells: histogramOf(now.timed), of: sum(now.timed, 'with_latency') },
    ...{ cellsBefore: histogramOf(before.timed), ofBefore: sum(before.timed, 'with_latency') },
  }));
  return all.filter(({ of, ofBefore }) => of > 0 && ofBefore > 0);
}

/** The p95 before and now, in the same mix. Null if nothing can be compared. */
export function timesOf(pairs: readonly Pair[]): readonly [number, number] | null {
  const timed = timedIn(pairs);
  const mix = (cells: 'cells' | 'cellsBefore', of: 'of' | 'ofBefore') =>
    Object.fromEntries(
      LATENCY_CELLS.map((cell) => [
        cell,
        timed.reduce((all, one) => all + (weight(one) * (one[cells][cell] ?? 0)) / one[of], 0),
      ]),
    );
  const [before, now] = [quantile(mix('cellsBefore', 'ofBefore'), 0.95), quantile(mix('cells', 'of'), 0.95)];
  return before === null || now === null ? null : [before, now];
}

/** The p95 must change by this much too: within a cell of the histogram it is only estimated. */
const CLEAR_RATIO = 1.15;

/** Compares times by the share of calls above the bound that a tenth of a tool's calls exceeds. */
export function compareTimes(pairs: readonly Pair[]): Verdict {
  const times = timesOf(pairs);
  if (times === null) return 'not known';
  const verdict = compareShares(timedIn(pairs).map(slowIn));
  const ratio = times[1] / times[0];
  if (verdict === 'higher' && ratio < CLEAR_RATIO) return 'no clear change';
  return verdict === 'lower' && ratio > 1 / CLEAR_RATIO ? 'no clear change' : verdict;
}

function slowIn({ cells, cellsBefore, of, ofBefore }: Timed): Part {
  let [part, partBefore] = [of, ofBefore];
  let best = { far: Number.POSITIVE_INFINITY, part, partBefore };
  for (const cell of LATENCY_CELLS) {
    part -= cells[cell] ?? 0;
    partBefore -= cellsBefore[cell] ?? 0;
    const far = Math.abs((part + partBefore) / (of + ofBefore) - 0.1);
    if (far < best.far) best = { far, part, partBefore };
  }
  return { part: best.part, of, partBefore: best.partBefore, ofBefore };
}
