import { type QuestionName, SHAPES, type Shape } from './columns.js';

const DAY = { type: 'string', format: 'date' };
const query = (name: string, schema: object, description: string) => ({ name, in: 'query', schema, description });
const refusal = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
});

const PARAMETERS = [
  query('from', DAY, 'The first day, UTC. Default: the first day of a month, about 13 weeks before `to`.'),
  query('to', DAY, 'The last day, UTC. Default: the last that has anything.'),
];

const STATES = ['published', 'too few', 'not over yet'];
const NAMES = { type: 'array', items: { type: 'string' }, description: 'The declared names, in their order.' };
const COUNT = { type: 'integer', minimum: 0 };

function answerSchema(question: string, { names, numbers }: Shape): object {
  const row = {
    interval: {
      type: 'string',
      description: '`2026-W48`, `2026-11 rest` (all that no published week counted), or a day.',
    },
    from: DAY,
    to: DAY,
    state: {
      enum: STATES,
      description:
        'published: the numbers are there, and zero is 0. too few: fewer than the minimum of installs reported it, possibly none. not over yet: the interval ends less than eight days ago.',
    },
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    ...Object.fromEntries(numbers.map((name) => [name, { type: ['integer', 'null'], minimum: 0 }])),
  };
  const properties = {
    version: { const: 1 },
    question: { const: question },
    from: DAY,
    to: DAY,
    pooled: {
      type: 'boolean',
      description: 'False if days are shown as they are stored, whatever few installs they are from.',
    },
    covered: {
      type: 'object',
      required: ['days', 'of'],
      properties: { days: COUNT, of: COUNT },
      additionalProperties: false,
      description: 'How many days of the period lie in intervals of which something is published.',
    },
    rows: {
      type: 'array',
      items: { type: 'object', required: Object.keys(row), properties: row, additionalProperties: false },
    },
  };
  return { type: 'object', required: Object.keys(properties), properties, additionalProperties: false };
}

const RECEIVE = {
  summary: 'A report, in the format of a PostHog client.',
  requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
  responses: {
    200: { description: 'It is on disk, or was before.' },
    400: refusal('It is malformed. It will never be accepted.'),
    413: refusal('It is too large.'),
    422: refusal('A name, a field or the day is not known yet. Send it again later.'),
    429: refusal('Too many from one sender.'),
    503: refusal('It could not be written. Send it again later.'),
  },
};
const ABOUT = {
  200: {
    description: 'About this collector.',
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: {
            questions: { type: 'array', items: { type: 'string' } },
            minInstalls: COUNT,
            pooled: { type: 'boolean' },
            today: DAY,
            firstDay: { type: ['string', 'null'], format: 'date' },
            lastDay: { type: ['string', 'null'], format: 'date' },
            tools: NAMES,
            features: NAMES,
            releases: {
              type: 'array',
              items: { type: 'object', properties: { date: DAY, name: { type: 'string' } } },
            },
            isInvented: { type: 'boolean' },
            accepted: COUNT,
            refused: { type: 'object', additionalProperties: COUNT },
          },
        },
      },
    },
  },
  401: refusal('The token is missing.'),
};

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
    paths: {
      '/batch/': { post: RECEIVE },
      '/healthz': {
        get: {
          summary: 'Can reports be written?',
          responses: {
            200: { description: 'Yes, unless the disk is full or fails.' },
            503: { description: 'No: the database was deleted or replaced, or another process has it.' },
          },
        },
      },
      '/api/v1/about.json': { get: { summary: 'The same as /api/v1, as a static copy has it.', responses: ABOUT } },
      '/api/v1': {
        get: { summary: 'The questions, the minimum of installs, and what was refused.', responses: ABOUT },
      },
      '/api/v1/openapi.json': {
        get: { summary: 'This description.', responses: { 200: { description: 'OpenAPI.' } } },
      },
      ...Object.fromEntries((Object.keys(SHAPES) as QuestionName[]).map(pathOf)),
    },
    components: {
      schemas: {
        Refusal: {
          type: 'object',
          required: ['type', 'status', 'detail'],
          properties: { type: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string' } },
          additionalProperties: false,
        },
      },
    },
  };
}
