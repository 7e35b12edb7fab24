import { OTHER } from '../../schema/vocabulary.js';
import type { Address } from './address.js';
import { type Bucket, bucketsOf } from './buckets.js';
import type { Answers, Data, Release, Row } from './data.js';
import { byName, type Known, knownOf, p50, p95, sum } from './known.js';
import { type Begun, type Days, type Period, periodOf } from './period.js';

/** All that the sections are drawn from. */
export interface View {
  readonly about: Begun;
  readonly answers: Answers;
  readonly address: Address;
  readonly period: Period;
  readonly buckets: readonly Bucket[];
  /** In the order of the vocabulary, `other` last. */
  readonly tools: readonly ToolFacts[];
  readonly releases: readonly Release[];
}

/** What is known of a tool in a period. Numbers are null where nothing is known. */
export interface ToolFacts {
  readonly name: string;
  /** Its place in the vocabulary, by which it has a color. */
  readonly place: number;
  readonly known: Known;
  /** At least so many: those of the interval that has most. They are never added up. */
  readonly installs: number | null;
  readonly calls: number | null;
  readonly failures: number | null;
  readonly rate: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  /** The rows of the tool's histograms. */
  readonly timed: readonly Row[];
}

export function viewOf({ about, answers }: Data, address: Address): View {
  const begun = about as Begun;
  const period = periodOf(begun, address.period);
  return {
    ...{ about: begun, answers, address, period },
    buckets: bucketsOf(period, begun),
    tools: toolsIn({ about, answers }, period),
    releases: [...(about.releases ?? [])].sort((a, b) => (a.date < b.date ? -1 : 1)),
  };
}

export function toolsIn({ about, answers }: Data, period: Days): ToolFacts[] {
  const timed = byName(answers.latency.rows, 'tool');
  return [...byName(answers.tools.rows, 'tool', about.tools)].map(([name, rows], place) => {
    const known = knownOf(rows, period);
    const own = knownOf(timed.get(name) ?? [], period).rows;
    const isKnown = known.state === 'published';
    const calls = sum(known.rows, 'invocations');
    const failures = sum(known.rows, 'failures');
    return {
      ...{ name, place, known, timed: own, p50: p50(own), p95: p95(own) },
      installs: isKnown ? Math.max(...known.rows.map(({ installs }) => Number(installs))) : null,
      calls: isKnown ? calls : null,
      failures: isKnown ? failures : null,
      rate: isKnown && calls > 0 ? failures / calls : null,
    };
  });
}

/** The tools that the servers declared. Calls of all other names are `other`. */
export const declared = (tools: readonly ToolFacts[]) => tools.filter(({ name }) => name !== OTHER);

export const callsOf = (tools: readonly ToolFacts[]) => tools.reduce((total, { calls }) => total + (calls ?? 0), 0);
export const failuresOf = (tools: readonly ToolFacts[]) =>
  tools.reduce((total, { failures }) => total + (failures ?? 0), 0);
