import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAcceptable } from '../../src/collector/intake/arrival.js';
import { MAX_BODY_BYTES } from '../../src/collector/intake/intake.js';
import { MAX_DECLARATION_BYTES } from '../../src/core/consent/server-declaration.js';
import { FEATURE_CELLS, fromCell, lineOf, NTH_CELLS, PROVIDER_CELLS } from '../../src/core/record/cells.js';
import { type Counts, createPage, parsePage } from '../../src/core/record/counter-page.js';
import { readSpoolFile } from '../../src/core/record/read-spool-file.js';
import { withKey } from '../../src/core/report/body.js';
import { decode } from '../../src/core/report/decode.js';
import { freeze } from '../../src/core/report/freeze.js';
import { mergePages } from '../../src/core/report/totals.js';
import { TIMING } from '../../src/core/tracker/scheduler.js';
import { DAY_MS, dayOf } from '../../src/schema/calendar.js';
import { isCell } from '../../src/schema/field.js';
import { EVENTS, kindOf, SCHEMA } from '../../src/schema/fields.js';
import {
  DAYS_KEPT,
  DAYS_REPEAT_IS_KNOWN,
  MAX_COUNT,
  MAX_DAYS_IN_MEMORY,
  MAX_DAYS_WAITING,
  MAX_DISTINCT_TOOLS,
  MAX_EXACT_COUNT,
  MAX_KEY_LENGTH,
  MAX_NAME_LENGTH,
  MAX_NAMES,
  MAX_REPORT_BYTES,
  MAX_REPORTS_WAITING,
  MAX_ROWS,
  MAX_STEPS,
  MIN_CALLS_FOR_LATENCY,
} from '../../src/schema/limits.js';
import { roundCount } from '../../src/schema/rounding.js';
import { checkVocabulary, PROVIDERS, type Vocabulary } from '../../src/schema/vocabulary.js';
import { testHome } from '../support/home.js';

/** As many names as a server may declare, each as long as it may be. */
const longestNames = (letter: string) =>
  Array.from({ length: MAX_NAMES }, (_, at) => `${letter}${at}_`.padEnd(MAX_NAME_LENGTH, 'x'));
const LARGEST: Vocabulary = { tools: longestNames('t'), features: longestNames('f') };

/** A day on which everything that can be counted was counted. */
function fullestCounts(count: number): Counts {
  const toolCells = kindOf('tool_usage')
    .fields.filter(isCell)
    .flatMap(({ names }) => names);
  const steps = ['start', 'other', ...LARGEST.tools].map(fromCell);
  const lines = [
    ...[...LARGEST.tools, 'other'].map(
      (name) => [lineOf('tool', name), [...toolCells, ...steps, ...NTH_CELLS]] as const,
    ),
    ...[...LARGEST.features, 'other'].map((name) => [lineOf('feature', name), FEATURE_CELLS] as const),
    ...PROVIDERS.map((name) => [lineOf('provider', name), PROVIDER_CELLS] as const),
  ];
  return new Map(lines.map(([line, cells]) => [line, new Map(cells.map((cell) => [cell, count]))]));
}

describe('days', () => {
  test('a destination recognizes a repeated report for longer than the report may wait', () => {
    expect(DAYS_REPEAT_IS_KNOWN).toBeGreaterThan(MAX_DAYS_WAITING);
    const now = Date.parse('2026-11-23T00:30:00Z');
    expect(isAcceptable(dayOf(now - MAX_DAYS_WAITING * DAY_MS), now)).toBe(true);
  });

  test('a receipt is kept for longer than its report can be repeated', () => {
    expect(DAYS_KEPT).toBeGreaterThan(DAYS_REPEAT_IS_KNOWN);
  });

  test('reports are kept for longer than the whole weeks that a month touches, for first_this_week and first_this_month', () => {
    expect(DAYS_KEPT).toBeGreaterThan(5 * 7);
  });

  test('a day is dropped because of its age before it is dropped because of the number of reports', () => {
    expect(MAX_REPORTS_WAITING).toBeGreaterThan(MAX_DAYS_WAITING);
  });

  test('memory does not hold days that would not be sent from disk', () => {
    expect(MAX_DAYS_IN_MEMORY).toBeLessThanOrEqual(MAX_DAYS_WAITING);
  });

  test('a server looks at consent more often than it sends, and spreads its start within one interval', () => {
    expect(TIMING.tick).toBeLessThan(TIMING.startSpread);
    expect(TIMING.startSpread).toBeLessThan(TIMING.interval);
    expect(TIMING.interval).toBeLessThan(DAY_MS);
  });
});

describe('rows', () => {
  test('steps leave most of a report to other rows', () => {
    expect(MAX_STEPS).toBeLessThan(MAX_ROWS / 2);
  });

  test('the rows that never give way fit: one of each kind, and the row of the rare steps', () => {
    expect(EVENTS.length + 1).toBeLessThan(MAX_ROWS);
  });

  test('a latency of its own takes more calls than single out one', () => {
    expect(MIN_CALLS_FOR_LATENCY).toBeGreaterThan(1);
    expect(MIN_CALLS_FOR_LATENCY).toBeLessThan(MAX_EXACT_COUNT);
  });

  test('the last kind of session is the one with the most tools that are told apart', () => {
    const names = kindOf('session_usage').fields.map(({ name }) => name);
    expect(names.at(-1)).toBe(`sessions_${MAX_DISTINCT_TOOLS}_or_more_tools`);
    expect(NTH_CELLS).toHaveLength(MAX_DISTINCT_TOOLS);
  });
});

describe('numbers', () => {
  test('the largest exact count and the largest count leave as they are, and nothing is larger', () => {
    expect(roundCount(MAX_EXACT_COUNT)).toBe(MAX_EXACT_COUNT);
    expect(roundCount(MAX_EXACT_COUNT + 2)).toBe(MAX_EXACT_COUNT + 1);
    expect(roundCount(MAX_COUNT)).toBe(MAX_COUNT);
    expect(roundCount(MAX_COUNT + 1)).toBe(MAX_COUNT);
  });

  test('a spool file counts up to the largest count and stays there', () => {
    const page = createPage('2026-11-23');
    const counted = () => parsePage(page.bytes().toString('latin1'), '2026-11-23').get('tool query')?.get('successes');
    for (let call = 0; call < MAX_COUNT; call += 1) page.add('tool query', ['successes']);
    expect(counted()).toBe(MAX_COUNT);
    page.add('tool query', ['successes']);
    expect(counted()).toBe(MAX_COUNT);
  });
});

describe('bytes', () => {
  test('a vocabulary is at most this many names of this length', () => {
    expect(() => checkVocabulary(LARGEST)).not.toThrow();
    expect(() => checkVocabulary({ ...LARGEST, tools: [...LARGEST.tools, 'more'] })).toThrow();
    expect(() => checkVocabulary({ ...LARGEST, tools: ['x'.repeat(MAX_NAME_LENGTH + 1)] })).toThrow();
  });

  test('the fullest report fits, with the longest names, the largest counts and the longest key', async () => {
    const totals = mergePages([fullestCounts(MAX_COUNT)], LARGEST);
    const seen = { week: new Set<string>(), month: new Set<string>() };
    const frame = { day: '2026-11-23', vocabulary: LARGEST, schema: SCHEMA, seen, key: '' };
    const body = withKey(await freeze(totals, frame), 'k'.repeat(MAX_KEY_LENGTH));
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_REPORT_BYTES);
    // Names give way, never kinds of rows. No tool is rarely called here, so there is no `tool_latency`.
    const kinds = EVENTS.map(({ event }) => event).filter((event) => event !== 'tool_latency');
    expect(new Set(decode(body)?.rows.map(({ event }) => event))).toEqual(new Set(kinds));
  });

  test('a collector reads larger bodies than any report', () => {
    expect(MAX_BODY_BYTES).toBeGreaterThan(MAX_REPORT_BYTES);
  });

  test('the fullest spool file is read', () => {
    const page = createPage('2026-11-23');
    for (const [line, cells] of fullestCounts(1)) page.add(line, [...cells.keys()]);
    const path = join(testHome().folder, 'page');
    writeFileSync(path, page.bytes());
    const counts = readSpoolFile({ path, day: '2026-11-23', token: '' });
    expect(counts).toEqual(fullestCounts(1));
  });

  test('what the largest server declares is read', () => {
    const posthog = { host: `https://${'h'.repeat(253)}`, key: 'k'.repeat(MAX_KEY_LENGTH) };
    expect(JSON.stringify({ ...LARGEST, posthog }, null, 2).length).toBeLessThan(MAX_DECLARATION_BYTES);
  });
});
