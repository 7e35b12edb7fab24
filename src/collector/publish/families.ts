import type { EventKind, Field } from '../../schema/field.js';

/**
 * Measures of one event and label whose total is known. If one of them is suppressed, subtraction could recover it.
 * With a remainder, the total also includes rows that have none of them, which is not a measure.
 */
export interface Family {
  readonly measures: readonly string[];
  readonly hasRemainder: boolean;
}

/** The families of an event, computed from `from` and `partOf` of the field table. */
export function familiesOf({ fields }: EventKind): Family[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const sums = fields.flatMap(({ from }) => (from === undefined ? [] : splitsOf(from, byName)));
  const parts = fields.filter((field) => field.partOf !== undefined && !isSummedUp(field, byName));
  const isInRow = ({ partOf = '' }: Field) => partOf === 'rows' || byName.has(partOf);
  // If other rows give the total, all of its parts together are one family.
  const elsewhere = parts.filter((field) => !isInRow(field));
  const totals = [...new Set(elsewhere.map(({ partOf }) => partOf))];
  return [
    ...sums.map((measures) => ({ measures, hasRemainder: false })),
    ...parts.filter(isInRow).map(({ names }) => ({ measures: names, hasRemainder: true })),
    ...totals.map((total) => ({
      measures: elsewhere.filter(({ partOf }) => partOf === total).flatMap(({ names }) => names),
      hasRemainder: false,
    })),
  ];
}

/** The parts of a sum, and the same with each part that is a sum itself replaced by its parts. */
function splitsOf(from: readonly string[], byName: ReadonlyMap<string, Field>): string[][] {
  const expanded = from.flatMap((name) => byName.get(name)?.from ?? [name]);
  return expanded.length === from.length ? [[...from]] : [[...from], ...splitsOf(expanded, byName)];
}

/** Whether the total of the field is computed from it. Then `from` already gives the family. */
function isSummedUp({ names, partOf = '' }: Field, byName: ReadonlyMap<string, Field>): boolean {
  return names.some((name) => byName.get(partOf)?.from?.includes(name));
}
