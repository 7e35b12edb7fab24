import { LATENCY_CELLS, type LatencyCell } from '../../schema/limits.js';
import {
  CATEGORIES,
  type Category,
  foldInto,
  foldProvider,
  OTHER,
  START,
  type Vocabulary,
} from '../../schema/vocabulary.js';
import { fromCell, MOST_DISTINCT, nthCell, type Outcome, outcomeCell, SUCCESS, USES } from '../record/cells.js';
import { addCount, type Counts } from '../record/counter-page.js';

/** What one tool did on one day, over all processes. Every number is exact up to 9999. */
export interface ToolTotals {
  readonly successes: number;
  readonly failures: ReadonlyMap<Category, number>;
  readonly latency: ReadonlyMap<LatencyCell, number>;
  readonly from: ReadonlyMap<string, number>;
  /** How many sessions had this tool as their nth different one; index 0 is the first. */
  readonly nth: readonly number[];
}

/** One day, merged, with every name folded to the vocabulary. */
export interface Totals {
  readonly tools: ReadonlyMap<string, ToolTotals>;
  readonly features: ReadonlyMap<string, number>;
  readonly providers: ReadonlyMap<string, number>;
}

/**
 * Adds up the pages of a day. Names are folded a second time here: a page may have been written by a server with
 * another vocabulary, or by hand.
 */
export function mergePages(pages: readonly Counts[], vocabulary: Vocabulary): Totals {
  const merged = new Map<string, Map<string, number>>();
  const tool = foldInto(vocabulary.tools);
  const feature = foldInto(vocabulary.features);
  const fold = { tool, feature, provider: foldProvider } as const;
  for (const page of pages) {
    for (const [line, cells] of page) {
      const [kind, name] = line.split(' ') as [keyof typeof fold, string];
      const key = `${kind} ${fold[kind](name)}`;
      for (const [cell, count] of cells) addCount(merged, key, foldFrom(cell, tool), count);
    }
  }
  const uses = (kind: string) =>
    new Map(linesOf(merged, kind).flatMap(([name, cells]) => positive(name, cells.get(USES))));
  return {
    tools: new Map(linesOf(merged, 'tool').map(([name, cells]) => [name, toolTotals(cells, vocabulary)])),
    features: uses('feature'),
    providers: uses('provider'),
  };
}

/** True where the pages of a day held nothing at all, so that there is nothing to report. */
export function isEmpty({ tools, features, providers }: Totals): boolean {
  return tools.size + features.size + providers.size === 0;
}

export function invocationsOf(totals: ToolTotals): number {
  return totals.successes + failuresOf(totals);
}

export function failuresOf({ failures }: ToolTotals): number {
  return sum(failures.values());
}

export function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

const FROM = fromCell('');

function foldFrom(cell: string, tool: (name: unknown) => string): string {
  if (!cell.startsWith(FROM)) return cell;
  const name = cell.slice(FROM.length);
  return name === START ? cell : fromCell(tool(name));
}

function linesOf(merged: Map<string, Map<string, number>>, kind: string): [string, Map<string, number>][] {
  return [...merged].flatMap(([line, cells]) =>
    line.startsWith(`${kind} `) ? [[line.slice(kind.length + 1), cells]] : [],
  );
}

function toolTotals(cells: Map<string, number>, { tools }: Vocabulary): ToolTotals {
  const pick = <K extends string>(keys: readonly K[], cell: (key: K) => string) =>
    new Map(keys.flatMap((key) => positive(key, cells.get(cell(key)))));
  return {
    successes: cells.get(SUCCESS) ?? 0,
    failures: pick(CATEGORIES, (category: Outcome) => outcomeCell(category)),
    latency: pick(LATENCY_CELLS, (cell) => cell),
    from: pick([START, ...tools, OTHER], fromCell),
    nth: Array.from({ length: MOST_DISTINCT }, (_, index) => cells.get(nthCell(index + 1)) ?? 0),
  };
}

function positive<K>(key: K, count: number | undefined): [K, number][] {
  return count === undefined || count === 0 ? [] : [[key, count]];
}
