import { DAY_MS, daysBetween } from '../../schema/calendar.js';
import { LATENCY_CELLS } from '../../schema/latency.js';
import type { State } from '../api/source.js';
import { type Histogram, quantile } from '../cells/histogram.js';
import type { Row } from './data.js';
import { plural } from './format.js';
import type { Days } from './period.js';

/** What is known of one name in a period. */
export interface Known {
  /** The published rows that lie wholly in the period. Nothing is counted by two of them. */
  readonly rows: readonly Row[];
  /** `published` if there is any number; else why there is none. */
  readonly state: State;
  /** How many days lie in a published interval, of how many. */
  readonly days: number;
  readonly of: number;
}

export function inside(rows: readonly Row[], { from, to }: Days): Row[] {
  return rows.filter((row) => row.from >= from && row.to <= to);
}

export function knownOf(rows: readonly Row[], period: Days): Known {
  const own = inside(rows, period);
  const published = own.filter(({ state }) => state === 'published');
  const isOver = own.some(({ state }) => state === 'too few');
  const state = published.length > 0 ? 'published' : isOver || own.length === 0 ? 'too few' : 'not over yet';
  return { rows: published, state, days: daysIn(published), of: daysBetween(period.from, period.to) + 1 };
}

/** How many days lie in any of the rows' intervals. Counted as the API counts `covered`. */
export function daysIn(rows: readonly Row[]): number {
  const days = new Set<number>();
  for (const { from, to } of rows) for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.add(at);
  return days.size;
}

export const isWhole = ({ days, of }: Known): boolean => days === of;

/** By which intervals something is known: `9 weeks, 2 rests of months`. */
export function intervalsOf({ rows }: Known): string {
  const rests = rows.filter(({ interval }) => interval.endsWith(' rest')).length;
  const weeks = rows.filter(({ interval }) => interval.includes('-W')).length;
  const single = rows.length - rests - weeks;
  const parts = [
    ...(weeks > 0 ? [plural(weeks, 'week')] : []),
    ...(rests > 0 ? [plural(rests, 'rest of a month', 'rests of months')] : []),
    ...(single > 0 ? [plural(single, 'day')] : []),
  ];
  return parts.join(', ');
}

export function sum(rows: readonly Row[], measure: string): number {
  return rows.reduce((total, row) => total + Number(row[measure] ?? 0), 0);
}

/** The cells of all rows together. A quantile of several intervals comes from these, never from their quantiles. */
export function histogramOf(rows: readonly Row[]): Histogram {
  return Object.fromEntries(LATENCY_CELLS.map((cell) => [cell, sum(rows, cell)]));
}

export const p50 = (rows: readonly Row[]): number | null => quantile(histogramOf(rows), 0.5);
export const p95 = (rows: readonly Row[]): number | null => quantile(histogramOf(rows), 0.95);

/** Rows by the value of a column: first the declared names, in their order and also those without rows; then others. */
export function byName(
  rows: readonly Row[],
  column: string,
  declared: readonly string[] = [],
): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>(declared.map((name) => [name, []]));
  for (const row of rows) {
    const name = String(row[column]);
    const own = found.get(name);
    if (own === undefined) found.set(name, [row]);
    else own.push(row);
  }
  return found;
}
