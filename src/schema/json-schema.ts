import { type EventKind, type Field, isName } from './field.js';
import { kindsOf, propertiesOf, SCHEMA } from './fields.js';
import { MAX_COUNT, MAX_EXACT_COUNT, MAX_ROWS } from './limits.js';
import { namesFor, PROVIDERS, type Vocabulary } from './vocabulary.js';

/** Describes a report of this schema as JSON Schema (draft 2020-12), with every allowed string. */
export function toJsonSchema(vocabulary: Vocabulary, schema: number = SCHEMA): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `dot-ai-analytics report, schema ${schema}`,
    type: 'object',
    additionalProperties: false,
    required: ['schema', 'day', 'rows'],
    properties: {
      schema: { const: schema },
      day: { type: 'string', format: 'date', description: 'A UTC day, the finest time there is.' },
      rows: {
        type: 'array',
        minItems: 1,
        maxItems: MAX_ROWS,
        items: { oneOf: kindsOf(schema).map((kind) => rowJsonSchema(kind, vocabulary, schema)) },
      },
    },
  };
}

function rowJsonSchema(kind: EventKind, vocabulary: Vocabulary, schema: number) {
  const properties = [...propertiesOf(kind, schema)];
  const value = (field: Field) => ({ ...valueJsonSchema(field, vocabulary), description: describe(field) });
  return {
    type: 'object',
    additionalProperties: false,
    required: ['event', 'properties'],
    description: kind.answers,
    properties: {
      event: { const: kind.event },
      properties: {
        type: 'object',
        additionalProperties: false,
        required: properties.filter(([, field]) => isName(field)).map(([name]) => name),
        properties: Object.fromEntries(properties.map(([name, field]) => [name, value(field)])),
      },
    },
  };
}

function valueJsonSchema({ values }: Field, vocabulary: Vocabulary): Record<string, unknown> {
  if (values === 'count') return { type: 'integer', minimum: 1, maximum: MAX_COUNT };
  return values === 'flag' ? { const: true } : { enum: namesFor(values, vocabulary) };
}

function describe({ what, not, why }: Field): string {
  return `${what} ${not} ${why}`;
}

/** Describes the values that a field can have, as a phrase. */
export function describeValues(field: Field): string {
  switch (field.values) {
    case 'count':
      return `integer 1 to ${MAX_COUNT}, from ${MAX_EXACT_COUNT + 1} up two significant digits; absent when zero`;
    case 'flag':
      return 'true, else absent';
    case 'provider':
      return `one of ${PROVIDERS.length} fixed names`;
    case 'feature':
      return 'a declared feature or "other"';
    case 'tool':
      return 'a declared tool or "other"';
    case 'tool_or_start':
      return 'a declared tool, "start" or "other"';
  }
}
