import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { labelOf } from '../../../src/collector/cells/measures.js';
import { addRow, cellsOf, type Entry, emptyTally } from '../../../src/collector/cells/tally.js';
import { publish } from '../../../src/collector/publish/suppression.js';
import type { Row } from '../../../src/schema/report.js';
import { runs } from '../../support/attack.js';
import { DAY, install, step, testCollector, tool } from '../../support/collector.js';

const MIN = 5;

function entriesOf(reports: readonly (readonly Row[])[]): Entry[] {
  const entries = new Map<string, Entry>();
  for (const row of reports.flat()) {
    const key = `${row.event} ${labelOf(row)}`;
    const entry = entries.get(key) ?? { event: row.event, label: labelOf(row), tally: emptyTally(row.event) };
    entries.set(key, entry);
    addRow(entry.tally, row);
  }
  return [...entries.values()];
}

const times = <T>(number: number, make: (at: number) => T) => Array.from({ length: number }, (_, at) => make(at));

describe('golden: at 4, 5 and 6 rows', () => {
  test.each([
    [4, undefined, undefined],
    [5, 10, 5],
    [6, 12, 6],
  ])('%d installs', (number, calls, installs) => {
    const { cells, suppressed } = publish(
      entriesOf(times(number, () => [install(), tool('query', { invocations: 2, successes: 2 })])),
      MIN,
    );
    expect(cells.get('tool_usage')?.get('query')?.get('invocations')).toBe(calls);
    expect(cells.get('active_install')?.get('')?.get('rows')).toBe(installs);
    expect(suppressed.size > 0).toBe(number < 5);
  });

  test.each([4, 5, 6])('%d installs: on the page’s API, as JSON and CSV', async (number) => {
    const collector = await testCollector();
    for (let at = 0; at < number; at += 1)
      await collector.report([install(), tool('query', { invocations: 2, successes: 2 })]);
    const answer = await collector.get(`api/v1/tools?from=${DAY}&to=${DAY}`);
    const csv = await (await fetch(`${collector.url}api/v1/tools.csv?from=${DAY}&to=${DAY}`)).text();
    expect(answer).toMatchObject({
      suppressed: number < MIN,
      rows:
        number < MIN
          ? []
          : [
              {
                bucket: DAY,
                tool: 'query',
                installs: number,
                invocations: 2 * number,
                successes: 2 * number,
                failures: null,
              },
            ],
    });
    expect(csv.split('\r\n')[1] ?? '').toEqual(
      number < MIN ? '' : expect.stringContaining(`${DAY},query,${number},${2 * number},${2 * number},,`),
    );
  });

  test('successes are suppressed beside too few failures: they could be subtracted from the calls', () => {
    const reports = [
      ...times(20, () => [tool('query', { invocations: 3, successes: 3 })]),
      ...times(4, () => [tool('query', { invocations: 1, failures: 1, failures_network: 1 })]),
    ];
    const query = publish(entriesOf(reports), MIN).cells.get('tool_usage')?.get('query');
    expect(Object.fromEntries(query ?? [])).toEqual({ rows: 24, invocations: 64 });
  });

  test('steps: one suppressed takes the smallest other with it', () => {
    const reports = [
      ...times(20, () => [step('start', 'query', 3)]),
      ...times(9, () => [step('recommend', 'query', 2)]),
      ...times(2, () => [step('operate', 'query', 1)]),
    ];
    const { cells } = publish(entriesOf(reports), MIN);
    expect(
      [...(cells.get('workflow_step')?.keys() ?? [])].filter((label) =>
        cells.get('workflow_step')?.get(label)?.has('count'),
      ),
    ).toEqual(['start>query']);
  });

  test('a flag that nearly all rows have tells of those few that have it not', () => {
    const flags = (first: number, rest: number) =>
      publish(
        entriesOf([...times(first, () => [install({ first_this_week: true })]), ...times(rest, () => [install()])]),
        MIN,
      )
        .cells.get('active_install')
        ?.get('')
        ?.get('first_this_week');
    expect([flags(20, 0), flags(20, 1), flags(20, 4), flags(20, 5)]).toEqual([20, undefined, undefined, 20]);
  });
});

/** Reports whose numbers add up, as real ones do. */
const report = fc
  .record({
    query: fc.tuple(fc.nat(9), fc.nat(3), fc.nat(2)),
    operate: fc.tuple(fc.nat(4), fc.nat(1), fc.nat(1)),
  })
  .map((counts) =>
    Object.entries(counts).flatMap(([name, [successes, network, timeout]]): Row[] => {
      const failures = network + timeout;
      const given = {
        invocations: successes + failures,
        successes,
        failures,
        failures_network: network,
        failures_timeout: timeout,
      };
      const own = Object.fromEntries(Object.entries(given).filter(([, count]) => count > 0));
      return given.invocations === 0 ? [] : [tool(name, own)];
    }),
  );

const TOTALS = [
  ['invocations', ['successes', 'failures']],
  ['invocations', ['successes', 'failures_network', 'failures_timeout']],
  ['failures', ['failures_network', 'failures_timeout']],
] as const;

test('property: what can be subtracted from a total is of at least as many rows as may be shown', () => {
  fc.assert(
    fc.property(fc.array(report, { minLength: 1, maxLength: 40, size: 'max' }), (reports) => {
      const entries = entriesOf(reports);
      const shown = publish(entries, MIN).cells;
      for (const { label, tally } of entries) {
        const cells = new Map(cellsOf('tool_usage', tally).map((cell) => [cell.measure, cell]));
        const seen = shown.get('tool_usage')?.get(label);
        for (const [total, parts] of TOTALS) {
          const unknown = parts.flatMap((part) => (seen?.has(part) ? [] : (cells.get(part) ?? [])));
          // Where none of them is shown there is nothing to subtract: what is left is the total itself.
          if (!seen?.has(total) || unknown.length === 0 || !parts.some((part) => seen.has(part))) continue;
          expect(Math.max(...unknown.map(({ rows }) => rows)), `${label} ${total}`).toBeGreaterThanOrEqual(MIN);
        }
        for (const [measure, sum] of seen ?? []) {
          expect(sum).toBe(cells.get(measure)?.sum);
          expect(cells.get(measure)?.rows).toBeGreaterThanOrEqual(MIN);
        }
      }
    }),
    runs(300),
  );
});

describe('found by attack', () => {
  const shownOf = (reports: readonly (readonly Row[])[]) =>
    Object.fromEntries(publish(entriesOf(reports), MIN).cells.get('tool_usage')?.get('query') ?? []);

  test('few successes cannot be recovered from the calls and the categories', () => {
    const failed = { failures: 1, failures_kubernetes: 1 };
    const reports = times(30, (at) => [
      tool('query', at < 3 ? { invocations: 3, successes: 2, ...failed } : { invocations: 1, ...failed }),
    ]);
    expect(shownOf(reports)).toEqual({ rows: 30, invocations: 36 });
  });

  test('five rare categories of one install are one install', () => {
    const rare = {
      failures_network: 1,
      failures_timeout: 1,
      failures_storage: 1,
      failures_internal: 1,
      failures_other: 1,
    };
    const reports = times(30, (at) => {
      const [failures, more] = at === 0 ? [6, rare] : [1, {}];
      return [tool('query', { invocations: failures + 1, successes: 1, failures, failures_kubernetes: 1, ...more })];
    });
    expect(shownOf(reports)).toEqual({ rows: 30, invocations: 65, successes: 30, failures: 35 });
  });

  test('calls that are in no latency cell, of one install, are not what is left', () => {
    const reports = times(30, (at) => [
      tool(
        'query',
        at === 0 ? { invocations: 4, successes: 4 } : { invocations: 10, successes: 10, latency_le_50: 10 },
      ),
    ]);
    expect(shownOf(reports)).toEqual({ rows: 30, invocations: 294, successes: 294 });
  });
});

test('sums over weeks and months are of what is shown for their days, so that no range can be subtracted from another', async () => {
  const collector = await testCollector();
  for (const [day, number] of [
    ['2026-11-20', 8],
    ['2026-11-21', 3],
    ['2026-11-22', 6],
  ] as const) {
    for (let at = 0; at < number; at += 1)
      await collector.report([install(), tool('query', { invocations: 1, successes: 1 })], day);
  }
  const calls = async (from: string, to: string, granularity: string) =>
    (await collector.get(`api/v1/tools?from=${from}&to=${to}&granularity=${granularity}`)).rows.reduce(
      (sum, row) => sum + Number(row.invocations),
      0,
    );
  expect(await calls('2026-11-20', '2026-11-22', 'month')).toBe(14);
  expect(await calls('2026-11-20', '2026-11-22', 'week')).toBe(14);
  expect(await calls('2026-11-20', '2026-11-21', 'month')).toBe(8);
  expect(await calls('2026-11-21', '2026-11-21', 'day')).toBe(0);
});
