import type { EventKind, Field } from '../../schema/field.js';

/**
 * Measures of one event and label whose total is known, so that one of them that is suppressed could be had by
 * subtraction. With a remainder, the total also holds what rows without any of them have, which is no measure.
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
  // What other rows tell the total of is made up by all of its parts together.
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

/** The parts of a sum, and the same with a part that is a sum itself replaced by its own parts. */
function splitsOf(from: readonly string[], byName: ReadonlyMap<string, Field>): string[][] {
  const expanded = from.flatMap((name) => byName.get(name)?.from ?? [name]);
  return expanded.length === from.length ? [[...from]] : [[...from], ...splitsOf(expanded, byName)];
}

/** Whether the total that the field is a part of is the sum of such parts. */
function isSummedUp({ names, partOf = '' }: Field, byName: ReadonlyMap<string, Field>): boolean {
  return names.some((name) => byName.get(partOf)?.from?.includes(name));
}
