import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { collectedMarkdown } from '../../src/cli/docs/collected.js';
import { measures } from '../../src/collector/cells/measures.js';
import { dotAiVocabulary } from '../../src/schema/dot-ai.js';
import { openEnvelope } from '../../src/schema/envelope.js';
import { EVENTS, kindsOf, propertiesOf, SCHEMA } from '../../src/schema/fields.js';
import { toJsonSchema } from '../../src/schema/json-schema.js';
import { type Report, reportProblem } from '../../src/schema/report.js';
import { CATEGORIES, checkVocabulary, foldInto, foldProvider, PROVIDERS } from '../../src/schema/vocabulary.js';
import { ROOT } from '../support/processes.js';

/**
 * What users have consented to, by number: the hash of every event and field of that schema, as they are defined. A
 * recorded number is never changed. A change of the table is a new field with the next number as its `since`.
 */
const RECORDED: Readonly<Record<number, string>> = {
  1: 'ac98e3e94fa7f1ad853220c7515d44d07e07d5a7e5c911f870c439ef4f34508b',
};

/** What consent to a schema covers. How a number is shown (label, heading, example) is not part of it. */
function meaningOf(schema: number): string {
  const events = kindsOf(schema).map(({ event, since, answers, fields }) => ({
    event,
    since,
    answers,
    fields: fields
      .filter((field) => field.since <= schema)
      .map(({ name, names, values, since, what, not, why }) => ({ name, names, values, since, what, not, why })),
  }));
  return createHash('sha256')
    .update(JSON.stringify({ events, categories: CATEGORIES, providers: PROVIDERS }))
    .digest('hex');
}

test('P2: a schema that users consented to never changes, and a new field needs a new number', () => {
  expect(Object.fromEntries(Array.from({ length: SCHEMA }, (_, at) => [at + 1, meaningOf(at + 1)]))).toEqual(RECORDED);
});

test('the measures of the collector keep their places when a schema adds some', () => {
  for (const { event, fields } of EVENTS) {
    const sinceOf = (name: string) => fields.find(({ names }) => names.includes(name))?.since ?? 0;
    const numbers = measures(event).map(sinceOf);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  }
});

test('the schema is that of the contract', () => {
  const names = Object.fromEntries(
    EVENTS.map((kind) => [
      kind.event,
      [...propertiesOf(kind).keys()].filter((name) => !/^(failures|latency)_/.test(name)),
    ]),
  );
  expect(names).toEqual({
    tool_usage: ['tool', 'invocations', 'successes', 'failures', 'first_this_week', 'first_this_month'],
    tool_latency: [],
    session_usage: [
      'sessions_1_tool',
      'sessions_2_tools',
      'sessions_3_tools',
      'sessions_4_to_5_tools',
      'sessions_6_or_more_tools',
    ],
    workflow_step: ['from', 'to', 'count'],
    feature_usage: ['feature', 'uses', 'first_this_week', 'first_this_month'],
    provider_usage: ['provider', 'invocations', 'first_this_week', 'first_this_month'],
    active_install: ['first_this_week', 'first_this_month'],
  });
  expect(CATEGORIES.join(' ')).toBe(
    'authentication authorization validation configuration kubernetes network ai_service storage mcp_protocol operation timeout cancelled internal other',
  );
  expect(PROVIDERS.join(' ')).toBe(
    'anthropic openai google xai alibaba kimi amazon_bedrock openrouter copilot host custom other',
  );
});

test('docs/collected.md is the table (npm run docs)', () => {
  expect(readFileSync(`${ROOT}docs/collected.md`, 'utf8')).toBe(collectedMarkdown(dotAiVocabulary));
});

test('the JSON Schema spells out every allowed string', () => {
  const json = JSON.stringify(toJsonSchema(dotAiVocabulary));
  for (const name of [...dotAiVocabulary.tools, ...dotAiVocabulary.features, ...PROVIDERS])
    expect(json).toContain(`"${name}"`);
  expect(json).not.toMatch(/"pattern"|"additionalProperties":true/);
});

describe('P3: the closed world', () => {
  const vocabulary = dotAiVocabulary;
  const report = (rows: unknown[]) => ({ schema: 1, day: '2026-11-23', rows }) as Report;
  const row = (properties: object, event = 'tool_usage') => ({ event, properties });

  test('a good report passes', () => {
    const rows = [
      row({ tool: 'recommend', invocations: 3, latency_le_10: 3, first_this_week: true }),
      row({}, 'active_install'),
    ];
    expect(reportProblem(report(rows), vocabulary)).toBeUndefined();
  });

  test.each([
    ['an unknown tool', [row({ tool: 'SECRET' })]],
    ['an unknown property', [row({ tool: 'recommend', SECRET: 1 })]],
    ['an unknown event', [row({}, 'SECRET')]],
    ['a string for a number', [row({ tool: 'recommend', invocations: 'SECRET' })]],
    ['a fraction', [row({ tool: 'recommend', invocations: 1.5 })]],
    ['a zero', [row({ tool: 'recommend', invocations: 0 })]],
    ['a number above 9999', [row({ tool: 'recommend', invocations: 10_000 })]],
    ['not a number', [row({ tool: 'recommend', invocations: Number.NaN })]],
    ['a false flag', [row({ tool: 'recommend', first_this_week: false })]],
    ['a property of another event', [row({ tool: 'recommend' }, 'active_install')]],
    ['no tool', [row({ invocations: 1 })]],
    ['no rows', []],
    ['101 rows', Array.from({ length: 101 }, () => row({}, 'active_install'))],
  ])('%s is refused, and the refusal does not repeat it', (_name, rows) => {
    const problem = reportProblem(report(rows), vocabulary);
    expect(problem).toBeDefined();
    expect(problem).not.toContain('SECRET');
  });

  test.each(['2026-02-30', 'SECRET', '2026-11-23T12:00:00Z'])('the day %s is refused', (day) => {
    const problem = reportProblem({ ...report([row({}, 'active_install')]), day }, vocabulary);
    expect(problem).toMatch(/^day: /);
    expect(problem).not.toContain(day);
  });

  test('an envelope with anything added is refused', () => {
    const uuid = '952b4f3e-86a1-4858-8c18-d3f2ffe56be3';
    const added = {
      $process_person_profile: false,
      $ip: '0.0.0.0',
      $geoip_disable: true,
      $lib: 'posthog-node',
    };
    const event = {
      event: 'active_install',
      properties: added,
      timestamp: '2026-11-23T12:00:00.000Z',
      uuid,
      distinct_id: uuid,
    };
    const open = (change: object, outer: object = {}) =>
      openEnvelope(JSON.stringify({ api_key: 'k', batch: [{ ...event, ...change }], ...outer }), vocabulary);
    expect(open({})).toHaveProperty('report');
    for (const change of [
      { extra: 'SECRET' },
      { distinct_id: 'SECRET' },
      { uuid: uuid.replace('-4858', '-7858'), distinct_id: uuid.replace('-4858', '-7858') },
      { timestamp: '2026-11-23T12:00:01.000Z' },
      { properties: { ...added, $os: 'SECRET' } },
      { properties: { ...added, $ip: '10.0.0.1' } },
      { properties: { ...added, $lib_version: '5.70.0' } },
      { properties: { ...added, $process_person_profile: true } },
    ]) {
      expect(open(change), JSON.stringify(change)).toHaveProperty('problem');
      expect(JSON.stringify(open(change))).not.toContain('SECRET');
    }
    expect(open({}, { sent_at: '2026-11-23T00:00:00Z' })).toHaveProperty('problem');
    for (const text of ['', '{', 'null', '[]', '{"api_key":"k","batch":[]}'])
      expect(openEnvelope(text, vocabulary)).toHaveProperty('problem');
  });

  test('any name outside the vocabulary is "other"', () => {
    const fold = foldInto(vocabulary.tools);
    for (const name of [
      'recommend ',
      'Recommend',
      '__proto__',
      'constructor',
      'toString',
      '',
      'other',
      'start',
      undefined,
      null,
      7,
      {},
      ['recommend'],
    ]) {
      expect(fold(name)).toBe('other');
    }
    expect(fold('recommend')).toBe('recommend');
  });

  test.each([
    ['anthropic_opus', 'anthropic'],
    ['google_flash', 'google'],
    ['amazon_bedrock', 'amazon_bedrock'],
    ['host', 'host'],
    ['hostile', 'other'],
    ['my-company-llm', 'other'],
    ['', 'other'],
  ])('the provider %j leaves as %s', (name, provider) => {
    expect(foldProvider(name)).toBe(provider);
  });

  test.each([
    ['a space', ['my tool']],
    ['an upper-case start', ['Tool']],
    ['41 characters', ['a'.repeat(41)]],
    ['a reserved word', ['other']],
    ['a reserved word', ['start']],
    ['a repeated name', ['a', 'a']],
    ['65 names', Array.from({ length: 65 }, (_, index) => `t${index}`)],
    ['a number', [7 as unknown as string]],
    ['no names at all', undefined as unknown as string[]],
  ])('a vocabulary with %s is an error of the programmer', (_name, tools) => {
    expect(() => checkVocabulary({ tools, features: [] })).toThrow(expect.objectContaining({ code: 'BAD_VOCABULARY' }));
    expect(() => checkVocabulary({ tools: [], features: tools })).toThrow(
      expect.objectContaining({ code: 'BAD_VOCABULARY' }),
    );
  });
});
