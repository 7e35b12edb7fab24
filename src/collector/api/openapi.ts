import { type QuestionName, SHAPES, type Shape } from './columns.js';
import { GRANULARITIES } from './period.js';

const DAY = { type: 'string', format: 'date' };
const query = (name: string, schema: object, description: string) => ({ name, in: 'query', schema, description });
const refusal = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
});

const PARAMETERS = [
  query('from', DAY, 'The first day, UTC. Default: 30 days up to `to`.'),
  query('to', DAY, 'The last day, UTC. Default: the last that has anything.'),
  query(
    'granularity',
    { enum: GRANULARITIES },
    'What `bucket` is: `2026-11-23`, `2026-W48` or `2026-11`. Default: day.',
  ),
];

function answerSchema(question: string, { names, numbers }: Shape): object {
  const row = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' }]),
    ...numbers.map((name) => [name, { type: ['integer', 'null'], minimum: 0 }]),
  ]);
  const properties = {
    version: { const: 1 },
    question: { const: question },
    from: DAY,
    to: DAY,
    granularity: { enum: GRANULARITIES },
    suppressed: {
      type: 'boolean',
      description: 'Whether anything of the period is suppressed, because too few installs reported it.',
    },
    rows: {
      type: 'array',
      items: { type: 'object', required: Object.keys(row), properties: row, additionalProperties: false },
    },
  };
  return { type: 'object', required: Object.keys(properties), properties, additionalProperties: false };
}

function pathOf(question: QuestionName): [string, object] {
  const shape: Shape = SHAPES[question];
  const content = {
    'application/json': { schema: answerSchema(question, shape) },
    'text/csv': { schema: { type: 'string' } },
  };
  const responses = {
    200: { description: 'The rows; as CSV with Accept: text/csv, or with .csv after the name.', content },
    400: refusal('A parameter is wrong.'),
    401: refusal('The token is missing.'),
  };
  return [`/api/v1/${question}`, { get: { summary: shape.asks, parameters: PARAMETERS, responses } }];
}

/** Describes the collector's API for docs/openapi.json. */
export function openApi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'dot-ai-analytics collector',
      version: '1',
      description: 'Counts from those who opted in. See docs/collector.md.',
    },
    paths: Object.fromEntries((Object.keys(SHAPES) as QuestionName[]).map(pathOf)),
    components: {
      schemas: {
        Refusal: {
          type: 'object',
          required: ['type', 'status', 'detail'],
          properties: { type: { const: 'validation_error' }, status: { type: 'integer' }, detail: { type: 'string' } },
          additionalProperties: false,
        },
      },
    },
  };
}
