import { kindOf, propertiesOf } from '../../schema/fields.js';
import { coarse, LATENCY_FROM, MOST_ROWS, MOST_STEPS } from '../../schema/limits.js';
import type { Row } from '../../schema/report.js';
import { OTHER } from '../../schema/vocabulary.js';
import { failuresOf, invocationsOf, sum, type ToolTotals, type Totals } from './totals.js';

/** What has been reported in the same ISO week and in the same month already: keys as `keyOf` makes them. */
export interface Seen {
  readonly week: ReadonlySet<string>;
  readonly month: ReadonlySet<string>;
}

/** The key under which a row's `first_this_week` and `first_this_month` are looked up. */
export function keyOf({ event, properties }: Row): string {
  return `${event} ${properties.tool ?? properties.feature ?? ''}`;
}

interface Limits {
  /** At most this many rows; beyond that the least used names fold into `other`. */
  readonly rows?: number;
  readonly schema: number;
  /** Undefined where the folder does not outlive the process: then nobody can know, and the flags are left out. */
  readonly seen: Seen | undefined;
}

/** The rows of one day. Pure, in a fixed order: shuffling and ids come when the report is frozen. */
export function rowsOf(totals: Totals, { rows = MOST_ROWS, schema, seen }: Limits): Row[] {
  const all = buildRows(totals).filter(({ event }) => kindOf(event).since <= schema);
  return fold(all, rows).map((row) => finish(row, schema, seen));
}

/** A row with exact numbers, and how much it counts when somebody has to give way. */
interface Draft {
  readonly event: Row['event'];
  readonly names: Readonly<Record<string, string>>;
  readonly counts: ReadonlyMap<string, number>;
  readonly weight: number;
}

function buildRows(totals: Totals): Draft[] {
  const step = (from: string, to: string, count: number): Draft =>
    draft('workflow_step', { from, to }, { count }, count);
  const uses = (feature: string, count: number): Draft => draft('feature_usage', { feature }, { uses: count }, count);
  const calls = (provider: string, count: number): Draft =>
    draft('provider_usage', { provider }, { invocations: count }, count);
  return [
    ...[...totals.tools].map(([tool, one]) => toolRow(tool, one)),
    ...pooledLatency(totals),
    ...sessions(totals),
    ...frequentSteps(
      [...totals.tools].flatMap(([to, { from }]) => [...from].map(([name, count]) => step(name, to, count))),
    ),
    ...[...totals.features].map(([feature, count]) => uses(feature, count)),
    ...[...totals.providers].map(([provider, count]) => calls(provider, count)),
    draft('active_install', {}, {}, Number.POSITIVE_INFINITY),
  ];
}

function draft(
  event: Row['event'],
  names: Record<string, string>,
  counts: Record<string, number>,
  weight: number,
): Draft {
  return { event, names, counts: new Map(Object.entries(counts)), weight };
}

function toolRow(tool: string, one: ToolTotals): Draft {
  const invocations = invocationsOf(one);
  const counts = {
    invocations,
    successes: one.successes,
    failures: failuresOf(one),
    ...Object.fromEntries([...one.failures].map(([category, count]) => [`failures_${category}`, count])),
    ...(isOften(one) && Object.fromEntries(one.latency)),
  };
  return draft('tool_usage', { tool }, counts, invocations);
}

function isOften(one: ToolTotals): boolean {
  return sum(one.latency.values()) >= LATENCY_FROM;
}

function pooledLatency({ tools }: Totals): Draft[] {
  const pooled = addAll([...tools.values()].filter((one) => !isOften(one)).map(({ latency }) => latency));
  if (sum(pooled.values()) < LATENCY_FROM) return [];
  return [{ event: 'tool_latency', names: {}, counts: pooled, weight: Number.POSITIVE_INFINITY }];
}

/** Of n sessions with at least k tools, those with exactly k are the ones that did not get to k + 1. */
function sessions({ tools }: Totals): Draft[] {
  const [one = 0, two = 0, three = 0, four = 0, , six = 0] = [0, 1, 2, 3, 4, 5].map((index) =>
    sum([...tools.values()].map(({ nth }) => nth[index] ?? 0)),
  );
  const counts = {
    sessions_1_tool: one - two,
    sessions_2_tools: two - three,
    sessions_3_tools: three - four,
    sessions_4_to_5_tools: four - six,
    sessions_6_or_more_tools: six,
  };
  return one === 0 ? [] : [draft('session_usage', {}, counts, Number.POSITIVE_INFINITY)];
}

function frequentSteps(steps: readonly Draft[]): Draft[] {
  const sorted = [...steps].sort(byWeight);
  const rare = sorted.slice(MOST_STEPS);
  return rare.length === 0 ? sorted : merge([...sorted.slice(0, MOST_STEPS), ...rare.map(asOther)]);
}

/** Heaviest first; equal weights by name, so that the same counts always give the same rows. */
function byWeight(a: Draft, b: Draft): number {
  return b.weight - a.weight || (nameOf(a) < nameOf(b) ? -1 : 1);
}

function nameOf({ event, names }: Draft): string {
  return [event, ...Object.values(names)].join(' ');
}

/** Folds the least used into `other`, one after the other, until the rest fits. */
function fold(rows: readonly Draft[], most: number): Draft[] {
  let kept = [...rows].sort(byWeight);
  while (kept.length > most) {
    const least = kept.findLastIndex((row) => nameOf(row) !== nameOf(asOther(row)));
    if (least === -1) break;
    kept = merge(kept.map((row, index) => (index === least ? asOther(row) : row))).sort(byWeight);
  }
  return kept;
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

function addAll(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const one of counts) for (const [cell, count] of one) total.set(cell, (total.get(cell) ?? 0) + count);
  return total;
}

/** Rounds, leaves zeros out, keeps only the accepted schema's fields, in the field table's order. */
function finish({ event, names, counts }: Draft, schema: number, seen: Seen | undefined): Row {
  const row = { event, properties: names };
  const firsts = seen && { first_this_week: !seen.week.has(keyOf(row)), first_this_month: !seen.month.has(keyOf(row)) };
  const properties: Record<string, string | number | true> = {};
  for (const [name, field] of propertiesOf(kindOf(event), schema)) {
    if (field.values === 'true') {
      if (firsts?.[name as keyof typeof firsts]) properties[name] = true;
    } else if (field.values === 'count') {
      const count = coarse(counts.get(name) ?? 0);
      if (count > 0) properties[name] = count;
    } else {
      properties[name] = names[name] as string;
    }
  }
  return { event, properties };
}
