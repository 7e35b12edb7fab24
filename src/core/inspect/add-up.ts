import { isCount, isName } from '../../schema/field.js';
import { EVENTS, kindOf, propertiesOf } from '../../schema/fields.js';
import { LATENCY_CELLS } from '../../schema/latency.js';
import { MAX_EXACT_COUNT } from '../../schema/limits.js';
import type { Row } from '../../schema/report.js';
import { keyOf } from '../report/rows.js';

export type Properties = Row['properties'];

/** Rows of several reports as if they were of one: those with the same event and names become one, in a fixed order. */
export function addUp(rows: readonly Row[]): Row[] {
  const sums = new Map<string, Row>();
  for (const row of rows.filter(hasCounts)) {
    const key = keyOf(row);
    sums.set(key, { event: row.event, properties: sumOf(row, sums.get(key)) });
  }
  const order = (row: Row) => EVENTS.findIndex(({ event }) => event === row.event);
  return [...sums.entries()]
    .sort(([key, a], [other, b]) => order(a) - order(b) || (key < other ? -1 : 1))
    .map(([, row]) => row);
}

/** The names and the counts. Flags are left out: that a report was the first of its week says nothing about a sum. */
function sumOf({ event, properties }: Row, before?: Row): Properties {
  const sums: Record<string, string | number> = {};
  for (const [name, field] of propertiesOf(kindOf(event))) {
    const count = Number(properties[name] ?? 0) + Number(before?.properties[name] ?? 0);
    if (isName(field)) sums[name] = String(properties[name]);
    else if (isCount(field) && count > 0) sums[name] = count;
  }
  return sums;
}

function hasCounts({ event }: Row): boolean {
  return kindOf(event).fields.some(isCount);
}

/** The rows that are about one tool: its calls, and the steps that lead to it and from it. */
export function rowsAbout(tool: string, rows: readonly Row[]): Row[] {
  return rows.filter(({ event, properties: { tool: called, from, to } }) => {
    return event === 'tool_usage' ? called === tool : event === 'workflow_step' && (from === tool || to === tool);
  });
}

export const usageIn = (rows: readonly Row[]) => rows.filter(({ event }) => event === 'tool_usage');
export const callsIn = (rows: readonly Row[]) => sumOver(usageIn(rows), 'invocations');
export const failuresIn = (rows: readonly Row[]) => sumOver(usageIn(rows), 'failures');

export function sumOver(rows: readonly Row[], ...names: readonly string[]): number {
  return rows.reduce((sum, { properties }) => names.reduce((all, name) => all + Number(properties[name] ?? 0), sum), 0);
}

/**
 * Of how many of a day's calls its histograms tell the duration. A tool that was called rarely on the day has none of
 * its own, and if few calls were rare, no other row has theirs either.
 */
export function timedCalls(rows: readonly Row[]): number {
  const used = usageIn(rows);
  const timed = used.reduce((sum, row) => sum + timedOf(row), 0);
  const rare = callsIn(used) - timed;
  const pooled = rows.filter(({ event }) => event === 'tool_latency');
  return timed + Math.min(rare, sumOver(pooled, ...LATENCY_CELLS));
}

/** Counts that were rounded one by one need not add up, so that a few calls more or less are none. */
function timedOf(row: Row): number {
  const [calls, cells] = [callsIn([row]), sumOver([row], ...LATENCY_CELLS)];
  return calls > MAX_EXACT_COUNT && cells > 0.9 * calls ? calls : Math.min(calls, cells);
}
