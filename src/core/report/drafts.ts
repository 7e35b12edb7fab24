import type { EventName, Field } from '../../schema/field.js';
import { isCount } from '../../schema/field.js';
import { EVENTS, kindOf } from '../../schema/fields.js';
import { LATENCY_CELLS } from '../../schema/latency.js';
import { MAX_STEPS, MIN_CALLS_FOR_LATENCY } from '../../schema/limits.js';
import { OTHER } from '../../schema/vocabulary.js';
import { fromCell, NTH_CELLS } from '../record/cells.js';
import type { Cells, Totals } from './totals.js';

/** A row before limits and rounding: exact counts, and the weight by which the least used rows are folded. */
export interface Draft {
  readonly event: EventName;
  readonly names: Readonly<Record<string, string>>;
  readonly counts: Cells;
  readonly weight: number;
}

/** All rows of a day, before the least used ones are folded. */
export function draftRows(totals: Totals): Draft[] {
  return [
    ...projections(totals),
    ...pooledLatency(totals),
    ...sessions(totals),
    ...steps(totals),
    draft('active_install', {}, new Map()),
  ];
}

/** The rows that the field table describes: for each name its cells, and the counts computed from them. */
function projections(totals: Totals): Draft[] {
  return EVENTS.flatMap(({ event, subject, fields }) =>
    subject === undefined
      ? []
      : [...totals[subject]].map(([name, cells]) => draft(event, { [subject]: name }, projected(fields, cells))),
  );
}

function draft(event: EventName, names: Draft['names'], counts: Cells): Draft {
  const { size } = kindOf(event);
  return { event, names, counts, weight: size === undefined ? Number.POSITIVE_INFINITY : (counts.get(size) ?? 0) };
}

function projected(fields: readonly Field[], cells: Cells): Map<string, number> {
  const counts = new Map<string, number>();
  for (const field of fields.filter(isCount)) {
    const values = field.names.map(
      (name) => [name, field.from ? sumOf(field.from, fields, cells) : (cells.get(name) ?? 0)] as const,
    );
    const isShown = sum(values.map(([, value]) => value)) >= (field.shownFrom ?? 1);
    if (isShown) for (const [name, value] of values) if (value > 0) counts.set(name, value);
  }
  return counts;
}

/** Adds up counts, each of which is a cell or a sum itself. */
function sumOf(names: readonly string[], fields: readonly Field[], cells: Cells): number {
  return sum(
    names.map((name) => {
      const from = fields.find((field) => field.name === name)?.from;
      return from ? sumOf(from, fields, cells) : (cells.get(name) ?? 0);
    }),
  );
}

/** The latency of all tools that were called too rarely to show their own. */
function pooledLatency({ tool }: Totals): Draft[] {
  const counts = addAll([...tool.values()].map(latencyOf).filter((one) => sum(one.values()) < MIN_CALLS_FOR_LATENCY));
  return sum(counts.values()) < MIN_CALLS_FOR_LATENCY ? [] : [draft('tool_latency', {}, counts)];
}

function latencyOf(cells: Cells): Map<string, number> {
  return new Map(LATENCY_CELLS.flatMap((cell) => (cells.has(cell) ? [[cell, cells.get(cell) ?? 0]] : [])));
}

/** A session with exactly k different tools has reached its kth tool and not its (k + 1)th. */
function sessions({ tool }: Totals): Draft[] {
  const reached = NTH_CELLS.map((cell) => sum([...tool.values()].map((cells) => cells.get(cell) ?? 0)));
  const [one = 0, two = 0, three = 0, four = 0, , six = 0] = reached;
  if (one === 0) return [];
  const counts = {
    sessions_1_tool: one - two,
    sessions_2_tools: two - three,
    sessions_3_tools: three - four,
    sessions_4_to_5_tools: four - six,
    sessions_6_or_more_tools: six,
  };
  return [draft('session_usage', {}, new Map(Object.entries(counts)))];
}

/** The most frequent steps. The rest becomes one step from `other` to `other`. */
function steps({ tool }: Totals): Draft[] {
  const prefix = fromCell('');
  const all = [...tool].flatMap(([to, cells]) =>
    [...cells]
      .filter(([cell]) => cell.startsWith(prefix))
      .map(([cell, count]) =>
        draft('workflow_step', { from: cell.slice(prefix.length), to }, new Map([['count', count]])),
      ),
  );
  const sorted = all.sort(byWeight);
  const rare = sorted.slice(MAX_STEPS);
  return rare.length === 0 ? sorted : merge([...sorted.slice(0, MAX_STEPS), ...rare.map(asOther)]);
}

/** Folds the least used rows into `other`, one by one, until at most `max` rows are left. */
export function fold(rows: readonly Draft[], max: number): Draft[] {
  let kept = [...rows].sort(byWeight);
  while (kept.length > max) {
    const least = kept.findLastIndex((row) => nameOf(row) !== nameOf(asOther(row)));
    if (least === -1) break;
    kept = merge(kept.map((row, index) => (index === least ? asOther(row) : row))).sort(byWeight);
  }
  return kept;
}

/** Heaviest first. Equal weights are sorted by name, so that the same counts always give the same rows. */
function byWeight(a: Draft, b: Draft): number {
  return b.weight - a.weight || (nameOf(a) < nameOf(b) ? -1 : 1);
}

function nameOf({ event, names }: Draft): string {
  return [event, ...Object.values(names)].join(' ');
}

function asOther(row: Draft): Draft {
  return { ...row, names: Object.fromEntries(Object.keys(row.names).map((name) => [name, OTHER])) };
}

/** Rows with the same names become one. */
function merge(rows: readonly Draft[]): Draft[] {
  const merged = new Map<string, Draft>();
  for (const row of rows) {
    const same = merged.get(nameOf(row));
    merged.set(
      nameOf(row),
      same === undefined
        ? row
        : { ...row, counts: addAll([same.counts, row.counts]), weight: same.weight + row.weight },
    );
  }
  return [...merged.values()];
}

function addAll(counts: readonly Cells[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const one of counts) for (const [cell, count] of one) total.set(cell, (total.get(cell) ?? 0) + count);
  return total;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
