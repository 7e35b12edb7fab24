import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callCells, lineOf, type Outcome } from '../../../src/core/record/cells.js';
import { createPage, parsePage } from '../../../src/core/record/counter-page.js';
import { createChain } from '../../../src/core/record/session-chain.js';
import { rowsOf } from '../../../src/core/report/rows.js';
import { mergePages } from '../../../src/core/report/totals.js';
import { type Row, reportProblem } from '../../../src/schema/report.js';
import { CATEGORIES, type Vocabulary } from '../../../src/schema/vocabulary.js';

const DAY = '2026-11-23';
const names = (count: number, prefix = 'tool') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const vocabulary: Vocabulary = { tools: names(64), features: names(64, 'feature') };

interface Called {
  readonly tool: string;
  readonly outcome?: Outcome;
  readonly ms?: number;
}

/** Rows of sessions that called these tools, through the real page. */
function rowsFor(sessions: readonly (readonly Called[])[], limits: { rows?: number } = {}): Row[] {
  const page = createPage(DAY);
  for (const calls of sessions) {
    const chain = createChain();
    for (const { tool, outcome = 'success', ms = 1 } of calls) {
      const from = chain.follow(tool, page.generation);
      const nth = chain.nth(tool, page.generation);
      page.add(lineOf('tool', tool), callCells({ tool, outcome, milliseconds: ms, from, nth }));
    }
  }
  return rowsOf(mergePages([parsePage(page.bytes().toString('latin1'), DAY)], vocabulary), {
    schema: 1,
    seen: undefined,
    ...limits,
  });
}

const of = (rows: readonly Row[], event: string) =>
  rows.filter((row) => row.event === event).map(({ properties }) => properties);
const times = (count: number, tool: string, rest: Partial<Called> = {}) =>
  Array.from({ length: count }, () => ({ tool, ...rest }));

test('successes and failures add up to invocations, and each failure has its category', () => {
  const rows = rowsFor([
    [...times(3, 'tool1'), { tool: 'tool1', outcome: 'timeout' }, { tool: 'tool1', outcome: 'network', ms: 700 }],
  ]);
  expect(of(rows, 'tool_usage')).toEqual([
    {
      tool: 'tool1',
      invocations: 5,
      successes: 3,
      failures: 2,
      failures_network: 1,
      failures_timeout: 1,
      latency_le_10: 4,
      latency_le_1000: 1,
    },
  ]);
});

describe('P4: latency does not single out a rare call', () => {
  test('a tool with fewer than 5 calls has no latency of its own', () => {
    const rows = rowsFor([[...times(4, 'tool1', { ms: 61_000 }), ...times(1, 'tool2')]]);
    expect(
      of(rows, 'tool_usage')
        .flatMap(Object.keys)
        .filter((name) => name.startsWith('latency')),
    ).toEqual([]);
    expect(of(rows, 'tool_latency')).toEqual([{ latency_le_10: 1, latency_le_120000: 4 }]);
  });

  test('fewer than 5 calls are not pooled either', () => {
    expect(of(rowsFor([times(4, 'tool1')]), 'tool_latency')).toEqual([]);
    expect(of(rowsFor([[...times(4, 'tool1'), ...times(9, 'tool2')]]), 'tool_latency')).toEqual([]);
  });
});

test('sessions by number of different tools', () => {
  const session = (count: number) => names(count).map((tool) => ({ tool }));
  const rows = rowsFor([
    session(1),
    session(1),
    [...session(1), ...session(1)],
    session(2),
    session(3),
    session(4),
    session(5),
    session(6),
    session(9),
  ]);
  expect(of(rows, 'session_usage')).toEqual([
    {
      sessions_1_tool: 3,
      sessions_2_tools: 1,
      sessions_3_tools: 1,
      sessions_4_to_5_tools: 2,
      sessions_6_or_more_tools: 2,
    },
  ]);
});

test('a report has the 32 most frequent steps, and the rest is pooled', () => {
  const sessions = names(40).flatMap((tool, index) => times(index + 1, tool).map((call) => [call]));
  const steps = of(rowsFor(sessions), 'workflow_step');
  expect(steps).toHaveLength(33);
  expect(steps).toContainEqual({ from: 'other', to: 'other', count: 36 }); // 1 + 2 + … + 8
  expect(steps).toContainEqual({ from: 'start', to: 'tool39', count: 40 });
});

test('P3: an undeclared name is counted as "other", as tool and as step', () => {
  const rows = rowsFor([[{ tool: 'tool1' }, { tool: 'undeclared' }, { tool: 'tool2' }]]);
  expect(JSON.stringify(rows)).not.toContain('undeclared');
  expect(of(rows, 'workflow_step')).toContainEqual({ from: 'tool1', to: 'other', count: 1 });
  expect(of(rows, 'workflow_step')).toContainEqual({ from: 'other', to: 'tool2', count: 1 });
});

test('first_this_week and first_this_month are true or absent, and absent where they cannot be known', () => {
  const totals = mergePages([new Map([['feature feature1', new Map([['uses', 1]])]])], vocabulary);
  const seen = { week: new Set(['active_install']), month: new Set<string>() };
  expect(rowsOf(totals, { schema: 1, seen })).toEqual([
    { event: 'active_install', properties: { first_this_month: true } },
    {
      event: 'feature_usage',
      properties: { feature: 'feature1', uses: 1, first_this_week: true, first_this_month: true },
    },
  ]);
  expect(rowsOf(totals, { schema: 1, seen: undefined })).toEqual([
    { event: 'active_install', properties: {} },
    { event: 'feature_usage', properties: { feature: 'feature1', uses: 1 } },
  ]);
});

test('P8: any traffic gives 1 to 100 rows of the closed world, and nothing is lost by folding (property)', () => {
  const call = fc.record({
    tool: fc.constantFrom(...vocabulary.tools, 'undeclared'),
    outcome: fc.constantFrom<Outcome>('success', ...CATEGORIES),
  });
  fc.assert(
    fc.property(
      fc.array(fc.array(call, { minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 5, max: 100 }),
      (sessions, most) => {
        const rows = rowsFor(sessions, { rows: most });
        expect(rows.length).toBeGreaterThan(0);
        // Five kinds have a row that cannot fold any further: two "other" rows, and the three without a name.
        expect(rows.length).toBeLessThanOrEqual(Math.max(most, 5));
        expect(reportProblem({ schema: 1, day: DAY, rows }, vocabulary)).toBeUndefined();
        const calls = sessions.flat().length;
        const sum = (event: string, name: string) =>
          of(rows, event).reduce((total, properties) => total + Number(properties[name] ?? 0), 0);
        const isExact = of(rows, 'tool_usage').every((properties) => Number(properties.invocations) < 100);
        if (isExact) expect(sum('tool_usage', 'invocations')).toBe(calls);
        if (isExact) expect(sum('tool_usage', 'successes') + sum('tool_usage', 'failures')).toBe(calls);
      },
    ),
    { numRuns: 200 },
  );
});
