import type { EventName } from '../../schema/field.js';
import type { Row } from '../../schema/report.js';
import { groups, measures } from './measures.js';

/*
 * The cells of one day, event and label, as one array of numbers: the number of rows, for each group the rows that have
 * any of it, and for each measure the rows that have it and their sum. The length depends on the schema alone, so that
 * the size of a day on disk depends on the vocabulary and never on how many installs reported.
 *
 *     rows | rows with latency | rows with invocations, sum of invocations | rows with successes, sum of successes | …
 */
export type Tally = Float64Array;

const ROWS = 0;
const GROUPS = 1;
/** The index of the first measure. */
const first = (event: EventName) => GROUPS + groups(event).length;

export function emptyTally(event: EventName): Tally {
  return new Float64Array(first(event) + 2 * measures(event).length);
}

export function addRow(tally: Tally, { event, properties }: Row): void {
  increase(tally, ROWS, 1);
  for (const [index, group] of groups(event).entries()) {
    if (group.some((measure) => properties[measure] !== undefined)) increase(tally, GROUPS + index, 1);
  }
  let at = first(event);
  for (const measure of measures(event)) {
    const value = properties[measure];
    if (value !== undefined) {
      increase(tally, at, 1);
      increase(tally, at + 1, Number(value));
    }
    at += 2;
  }
}

function increase(tally: Tally, at: number, by: number): void {
  tally[at] = (tally[at] ?? 0) + by;
}

/** How many rows have none of these measures. They are one measure, or a group. */
export function rowsWithout(event: EventName, tally: Tally, names: readonly string[]): number {
  const [name = ''] = names;
  const group = groups(event).findIndex((one) => one.includes(name));
  const at = group === -1 ? first(event) + 2 * measures(event).indexOf(name) : GROUPS + group;
  return (tally[ROWS] ?? 0) - (tally[at] ?? 0);
}

export function addTally(to: Tally, from: Tally): void {
  for (let at = 0; at < to.length; at += 1) to[at] = (to[at] ?? 0) + (from[at] ?? 0);
}

export function subtractTally(from: Tally, what: Tally): void {
  for (let at = 0; at < from.length; at += 1) from[at] = (from[at] ?? 0) - (what[at] ?? 0);
}

/** How many rows there are. */
export function rowsOf(tally: Tally): number {
  return tally[ROWS] ?? 0;
}

/** The rows that have a measure, and their sum. */
export function cellOf(event: EventName, tally: Tally, measure: string): Omit<Cell, 'measure'> {
  const at = first(event) + 2 * measures(event).indexOf(measure);
  return { rows: tally[at] ?? 0, sum: tally[at + 1] ?? 0 };
}

export function setCell(event: EventName, tally: Tally, { measure, rows, sum }: Cell): void {
  const at = first(event) + 2 * measures(event).indexOf(measure);
  tally[at] = rows;
  tally[at + 1] = sum;
}

/** The numbers of one event and label on a day. */
export interface Entry {
  readonly event: EventName;
  readonly label: string;
  readonly tally: Tally;
}

/** One measure of a tally. */
export interface Cell {
  readonly measure: string;
  /** The number of rows that have it. */
  readonly rows: number;
  readonly sum: number;
}

export function toBytes(tally: Tally): Uint8Array {
  return new Uint8Array(tally.buffer, tally.byteOffset, tally.byteLength);
}

/** Copies the bytes, because those of a database may not be aligned for numbers. */
export function fromBytes(event: EventName, bytes: Uint8Array): Tally {
  const tally = emptyTally(event);
  toBytes(tally).set(bytes.subarray(0, tally.byteLength));
  return tally;
}
