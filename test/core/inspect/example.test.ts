import { expect, test } from 'vitest';
import { exampleTotals } from '../../../src/core/inspect/example.js';
import { rowsOf } from '../../../src/core/report/rows.js';
import { dotAiVocabulary } from '../../../src/schema/dot-ai.js';
import { type Field, isCount } from '../../../src/schema/field.js';
import { EVENTS, SCHEMA } from '../../../src/schema/fields.js';

const rows = rowsOf(exampleTotals(dotAiVocabulary), {
  schema: SCHEMA,
  seen: { week: new Set(), month: new Set() },
});

/** Fields that are a total only together, as the sizes of sessions are, count as one family. */
function familyOf(field: Field, fields: readonly Field[]): string {
  const { name, partOf } = field;
  const isPartOfRow = partOf === undefined || fields.some((other) => other.name === partOf);
  return isCount(field) && !isPartOfRow ? partOf : name;
}

test.each(EVENTS)(
  'the example of `preview` has every field of $event, and of a family at least one',
  ({ event, fields }) => {
    const own = rows.filter((row) => row.event === event);
    const shown = new Set(own.flatMap(({ properties }) => Object.keys(properties)));
    expect(own.length).toBeGreaterThan(0);
    const families = new Set(fields.map((field) => familyOf(field, fields)));
    for (const family of families) {
      const names = fields.filter((field) => familyOf(field, fields) === family).flatMap((field) => field.names);
      expect(
        names.some((name) => shown.has(name)),
        family,
      ).toBe(true);
    }
  },
);
