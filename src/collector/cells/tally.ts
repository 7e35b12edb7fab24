import type { EventName } from '../../schema/fields.js';
import type { Row } from '../../schema/report.js';
import { measures } from './measures.js';

/*
 * The cells of one day, event and label, as one array of numbers: how many rows there were, then for each measure how
 * many of them had it and what they add up to. Its length depends on the schema alone, so what a day takes on disk
 * depends on the vocabulary and never on how many installs reported.
 *
 *     rows | rows with any latency | rows with invocations, sum of invocations | rows with successes, sum of successes | …
 */
export type Tally = Float64Array;

const ROWS = 0;
const LATENCY_ROWS = 1;
const FIRST = 2;
const isLatency = (measure: string) => measure.startsWith('latency_le_');

export function emptyTally(event: EventName): Tally {
  return new Float64Array(FIRST + 2 * measures(event).length);
}

export function addRow(tally: Tally, { event, properties }: Row): void {
  increase(tally, ROWS, 1);
  if (Object.keys(properties).some(isLatency)) increase(tally, LATENCY_ROWS, 1);
  for (const [index, measure] of measures(event).entries()) {
    const value = properties[measure];
    if (value === undefined) continue;
    increase(tally, FIRST + 2 * index, 1);
    increase(tally, FIRST + 2 * index + 1, Number(value));
  }
}

function increase(tally: Tally, at: number, by: number): void {
  tally[at] = (tally[at] ?? 0) + by;
}

/** Rows whose calls are in no latency cell, since there were too few of them. */
export function rowsWithoutLatency(tally: Tally): number {
  return (tally[ROWS] ?? 0) - (tally[LATENCY_ROWS] ?? 0);
}

export function addTally(to: Tally, from: Tally): void {
  for (let at = 0; at < to.length; at += 1) to[at] = (to[at] ?? 0) + (from[at] ?? 0);
}

/** One measure of a tally. */
export interface Cell {
  readonly measure: string;
  /** How many rows it is made of. */
  readonly rows: number;
  readonly sum: number;
}

/** The cells that hold anything, and `rows` itself. */
export function cellsOf(event: EventName, tally: Tally): Cell[] {
  const count = tally[ROWS] ?? 0;
  const all = measures(event).map((measure, index) => ({
    measure,
    rows: tally[FIRST + 2 * index] ?? 0,
    sum: tally[FIRST + 2 * index + 1] ?? 0,
  }));
  return [{ measure: 'rows', rows: count, sum: count }, ...all].filter(({ rows }) => rows > 0);
}

export function toBytes(tally: Tally): Uint8Array {
  return new Uint8Array(tally.buffer, tally.byteOffset, tally.byteLength);
}

/** Copied, since the bytes that a database returns need not begin where a number can. */
export function fromBytes(event: EventName, bytes: Uint8Array): Tally {
  const tally = emptyTally(event);
  toBytes(tally).set(bytes.subarray(0, tally.byteLength));
  return tally;
}
