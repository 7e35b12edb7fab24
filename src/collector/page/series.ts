import type { Answer, Row } from './api.js';
import { colourOf } from './charts.js';

const unique = (rows: readonly Row[], name: string) => [...new Set(rows.map((row) => String(row[name])))];
export const sum = (rows: readonly Row[], name: string) =>
  rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);

/** Sorts names by their total, largest first. */
export function ranked(rows: readonly Row[], name: string, weight: string): string[] {
  return unique(rows, name).sort(
    (a, b) =>
      sum(
        rows.filter((row) => row[name] === b),
        weight,
      ) -
      sum(
        rows.filter((row) => row[name] === a),
        weight,
      ),
  );
}

/** Makes one series for each name, over all buckets. */
export function overTime(
  { rows }: Answer,
  name: string,
  weight: string,
  buckets: readonly string[],
  colours: readonly string[],
) {
  return ranked(rows, name, weight).map((one) => {
    const own = new Map(
      rows.filter((row) => row[name] === one).map((row) => [row.bucket, row[weight] as number | null]),
    );
    return { name: one, colour: colourOf(one, colours), data: buckets.map((bucket) => own.get(bucket) ?? null) };
  });
}
