import { LATENCY_CELLS } from '../schema/numbers.js';
import { CATEGORIES } from '../schema/vocabulary.js';
import { GRANULARITIES } from './period.js';
import { QUESTIONS, type QuestionName } from './questions.js';

/** What each line of an answer has: names and numbers. A number is null where it is zero or withheld. */
interface Shape {
  readonly asks: string;
  readonly names: readonly string[];
  readonly numbers: readonly string[];
}

const SHAPES: Readonly<Record<QuestionName, Shape>> = {
  overview: { asks: 'How much, over time?', names: ['bucket'], numbers: ['reports', 'calls', 'failures', 'sessions'] },
  installs: {
    asks: 'How many installs reported on each day, in each week, in each month?',
    names: ['granularity', 'bucket'],
    numbers: ['installs'],
  },
  tools: {
    asks: 'Which tools are used, and how do they fail?',
    names: ['bucket', 'tool'],
    numbers: ['installs', 'calls', 'successes', 'failures', ...CATEGORIES.map((category) => `failures_${category}`)],
  },
  latency: {
    asks: 'How long do calls take? Quantiles in ms, and how many calls are in each cell; calls are in the histogram, of were made.',
    names: ['tool'],
    numbers: ['p50', 'p95', 'calls', 'of', ...LATENCY_CELLS],
  },
  workflow: { asks: 'Which tool follows which in a session?', names: ['from', 'to'], numbers: ['count'] },
  features: { asks: 'Which features are used?', names: ['bucket', 'feature'], numbers: ['installs', 'uses'] },
  providers: { asks: 'Which AI providers?', names: ['bucket', 'provider'], numbers: ['installs', 'calls'] },
  sessions: {
    asks: 'How many different tools are used in a session?',
    names: ['bucket'],
    numbers: [
      'sessions_1_tool',
      'sessions_2_tools',
      'sessions_3_tools',
      'sessions_4_to_5_tools',
      'sessions_6_or_more_tools',
    ],
  },
};

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
    withheld: {
      type: 'boolean',
      description: 'Whether anything of the period is withheld, since too few installs reported it.',
    },
    rows: {
      type: 'array',
      items: { type: 'object', required: Object.keys(row), properties: row, additionalProperties: false },
    },
  };
  return { type: 'object', required: Object.keys(properties), properties, additionalProperties: false };
}

function pathOf(question: QuestionName): [string, object] {
  const shape = SHAPES[question];
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

/** The collector's API, for docs/openapi.json. */
export function openApi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'dot-ai-analytics collector',
      version: '1',
      description: 'Counts from those who opted in. See docs/collector.md.',
    },
    paths: Object.fromEntries((Object.keys(QUESTIONS) as QuestionName[]).map(pathOf)),
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
