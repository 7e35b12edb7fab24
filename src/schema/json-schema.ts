import { EVENTS, type EventKind, type Field, kindOf, kindsOf, propertiesOf, SCHEMA } from './fields.js';
import { MOST_ROWS, SATURATION } from './limits.js';
import { namesFor, PROVIDERS, type Vocabulary } from './vocabulary.js';

/** A report of the given schema as JSON Schema (draft 2020-12), with every allowed string spelled out. */
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
        maxItems: MOST_ROWS,
        items: { oneOf: kindsOf(schema).map((kind) => rowJsonSchema(kind, vocabulary, schema)) },
      },
    },
  };
}

function rowJsonSchema(kind: EventKind, vocabulary: Vocabulary, schema: number) {
  const properties = [...propertiesOf(kind, schema)];
  const isName = ({ values }: Field) => values !== 'count' && values !== 'true';
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
  if (values === 'count') return { type: 'integer', minimum: 1, maximum: SATURATION };
  return values === 'true' ? { const: true } : { enum: namesFor(values, vocabulary) };
}

function describe({ what, not, why }: Field): string {
  return `${what} ${not} ${why}`;
}

/** What a field's value can be, in words. */
export function valuesInWords(field: Field): string {
  switch (field.values) {
    case 'count':
      return `integer 1 to ${SATURATION}, from 100 up two significant digits; absent when zero`;
    case 'true':
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

/** docs/collected.md */
export function toMarkdown(vocabulary: Vocabulary): string {
  const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');
  const events = EVENTS.map((kind) => {
    const rows = kind.fields.map(
      (field) => `| \`${field.name}\` | ${valuesInWords(field)} | ${field.what} | ${field.not} | ${field.why} |`,
    );
    return [
      `## \`${kind.event}\``,
      '',
      kind.answers,
      '',
      '| property | value | what it is | what it is not | why it is needed |',
      '|---|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return `${[
    '# What is collected',
    '',
    `Generated from \`src/schema/fields.ts\` by \`npm run docs\`; \`dot-ai-analytics schema\` shows the same. Schema ${SCHEMA}.`,
    '',
    'Off unless you say yes. One report per UTC day (or, where the folder vanishes with the process, per server that stops), a shuffled bag of independent rows: apart from the day and the words below no row',
    'shares a value with another, and no id of a person, machine, installation or session exists. Beside its properties each row carries',
    'a random id of its own (used once, so that a retry is recognised), the noon of its day, and the name and version of the library that',
    'encoded it. Nothing else is recorded: no operating system, version, client, country, clock time, message, argument or result.',
    '',
    events.join('\n\n'),
    '',
    '## The closed vocabulary',
    '',
    `* Tools of dot-ai: ${list(vocabulary.tools)}; anything else is \`other\`.`,
    `* Features of dot-ai: ${list(vocabulary.features)}; anything else is \`other\`.`,
    `* Providers: ${list(PROVIDERS)}.`,
    `* Failure categories and latency bounds: ${list([...propertiesOf(kindOf('tool_usage')).keys()].filter((name) => /^(failures|latency)_/.test(name)))}.`,
  ].join('\n')}\n`;
}
