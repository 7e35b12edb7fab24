import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Interval, keyOf } from '../../../src/collector/cells/intervals.js';
import { labelOf } from '../../../src/collector/cells/measures.js';
import { addRow, cellOf, type Entry, emptyTally, rowsOf } from '../../../src/collector/cells/tally.js';
import { publish } from '../../../src/collector/publish/publish.js';
import { addDays, type Day, mondayOf, monthOf } from '../../../src/schema/calendar.js';
import type { Row } from '../../../src/schema/report.js';
import { runs } from '../../support/attack.js';

/** A row of an install, and when it arrived. */
interface Arrived {
  readonly install: number;
  readonly day: Day;
  readonly arrives: Day;
  readonly row: Row;
}

const FIRST = '2026-06-01'; // a Monday, the first day of a month of whole weeks

function cellsOf(rows: readonly Arrived[]): Map<Day, Entry[]> {
  const days = new Map<Day, Map<string, Entry>>();
  for (const { day, row } of rows) {
    const entries = days.get(day) ?? new Map<string, Entry>();
    days.set(day, entries);
    const block = { event: row.event, label: labelOf(row) };
    const entry = entries.get(keyOf(block)) ?? { ...block, tally: emptyTally(row.event) };
    entries.set(keyOf(block), entry);
    addRow(entry.tally, row);
  }
  return new Map([...days].map(([day, entries]) => [day, [...entries.values()]]));
}

/** An interval, and the rows that it counts. */
interface Seen {
  readonly interval: Interval;
  readonly rows: readonly Arrived[];
}

/** Publishes day by day as rows arrive, and notes which rows each interval counts. */
function live(rows: readonly Arrived[], k: number, days: number): Seen[] {
  const seen: Seen[] = [];
  const counted = new Set<Arrived>();
  for (let at = 0; at < days; at += 1) {
    const today = addDays(FIRST, at);
    const here = rows.filter(({ arrives }) => arrives <= today);
    const added = publish(
      cellsOf(here),
      seen.map(({ interval }) => interval),
      today,
      k,
    );
    for (const interval of added) {
      const own = here.filter(
        (one) =>
          keyOf({ event: one.row.event, label: labelOf(one.row) }) === keyOf(interval) &&
          one.day >= interval.from &&
          one.day <= interval.to &&
          !counted.has(one),
      );
      // A step from `other` that only others joined counts no rows of its own.
      const its = rowsOf(interval.counted) === 0 ? [] : own;
      for (const one of its) counted.add(one);
      seen.push({ interval, rows: its });
    }
  }
  return seen;
}

/** The reports of some installs: the marks are set as the library sets them. */
const population = fc
  .record({
    installs: fc.integer({ min: 1, max: 12 }),
    uses: fc.array(
      fc.record({
        install: fc.nat({ max: 11 }),
        at: fc.nat({ max: 62 }),
        late: fc.oneof(
          { weight: 4, arbitrary: fc.constant(1) },
          { weight: 1, arbitrary: fc.integer({ min: 1, max: 22 }) },
        ),
        tools: fc.uniqueArray(fc.constantFrom('query', 'recommend', 'operate'), { maxLength: 3 }),
        from: fc.constantFrom('start', 'query', 'recommend'),
        failed: fc.nat({ max: 3 }),
        category: fc.constantFrom('failures_network', 'failures_ai_service', 'failures_other'),
        provider: fc.constantFrom('anthropic', 'openai'),
      }),
      { maxLength: 120 },
    ),
  })
  .map(({ installs, uses }): Arrived[] => {
    const marks = new Set<string>();
    const first = (install: number, key: string, period: string) => {
      const name = `${install} ${key} ${period}`;
      return marks.size !== marks.add(name).size;
    };
    const days = new Map(uses.map((use) => [`${use.install % installs} ${use.at}`, use]));
    return [...days.values()]
      .sort((a, b) => a.at - b.at)
      .flatMap(({ install: number, at, late, tools, from, failed, category, provider }) => {
        const install = number % installs;
        const day = addDays(FIRST, at);
        const flags = (key: string) => ({
          ...(first(install, key, mondayOf(day)) && { first_this_week: true as const }),
          ...(first(install, key, monthOf(day)) && { first_this_month: true as const }),
        });
        const rows: Row[] = [
          { event: 'active_install', properties: flags('') },
          { event: 'provider_usage', properties: { provider, invocations: 1, ...flags(provider) } },
          ...tools.flatMap((tool): Row[] => [
            {
              event: 'tool_usage',
              properties: {
                ...{ tool, invocations: 2 + failed, successes: 2, ...flags(tool) },
                ...(failed > 0 && { failures: failed, [category]: failed }),
              },
            },
            { event: 'workflow_step', properties: { from, to: tool, count: 1 } },
          ]),
        ];
        return rows.map((row) => ({ install, day, arrives: addDays(day, late), row }));
      });
  });

const MARKED = ['tool_usage', 'feature_usage', 'provider_usage', 'active_install'];

describe('pool, do not drop', () => {
  test('a published block is from at least k installs; no interval changes, and none counts a row twice', () => {
    fc.assert(
      fc.property(population, fc.integer({ min: 2, max: 6 }), (rows, k) => {
        const seen = live(rows, k, 110);
        for (const { interval, rows: own } of seen) {
          expect(rowsOf(interval.counted), interval.interval).toBe(own.length);
          if (!MARKED.includes(interval.event)) continue;
          const contributors = new Set(own.map(({ install }) => install)).size;
          expect(contributors, `${keyOf(interval)} ${interval.interval}`).toBeGreaterThanOrEqual(k);
          expect(interval.installs).toBeLessThanOrEqual(contributors);
        }
        const places = seen.map(({ interval }) => `${keyOf(interval)} ${interval.interval}`);
        expect(new Set(places).size).toBe(places.length);
        // Nothing is left to publish, and nothing that is published is published again.
        const all = seen.map(({ interval }) => interval);
        expect(publish(cellsOf(rows), all, addDays(FIRST, 109), k)).toEqual([]);
      }),
      runs(70),
    );
  });

  test('what is shown adds up to what is counted; successes and failures are of the same calls', () => {
    fc.assert(
      fc.property(population, (rows) => {
        const intervals = live(rows, 3, 110).map(({ interval }) => interval);
        const sum = (tallies: readonly (Interval['shown'] | undefined)[], measure: string, event: Interval['event']) =>
          tallies.reduce((total, tally) => total + (tally ? cellOf(event, tally, measure).sum : 0), 0);
        const steps = intervals.filter(({ event }) => event === 'workflow_step');
        expect(
          sum(
            steps.map(({ shown }) => shown),
            'count',
            'workflow_step',
          ),
        ).toBe(
          sum(
            steps.map(({ counted }) => counted),
            'count',
            'workflow_step',
          ),
        );
        for (const { event, shown } of intervals) {
          if (event !== 'tool_usage' || shown === null) continue;
          const of = (measure: string) => cellOf(event, shown, measure).sum;
          expect(of('successes') + of('failures')).toBe(of('invocations'));
          const categories = ['failures_network', 'failures_ai_service', 'failures_other'].map(of);
          expect(categories.reduce((a, b) => a + b)).toBe(of('failures'));
        }
      }),
      runs(40),
    );
  });
});

/** So many installs use a tool on a day; each for the first time. */
const uses = (installs: number, day: Day, arrives = addDays(day, 1), marks = true): Arrived[] =>
  Array.from({ length: installs }, (_, install) => ({
    ...{ install, day, arrives },
    row: {
      event: 'tool_usage',
      properties: {
        ...{ tool: 'query', invocations: 1, successes: 1 },
        ...(marks && { first_this_week: true, first_this_month: true }),
      },
    },
  }));

const published = (rows: readonly Arrived[], today: Day, old: readonly Interval[] = []) =>
  publish(cellsOf(rows), old, today, 5);
const told = (intervals: readonly Interval[]) =>
  intervals.map(({ interval, installs, counted }) => [interval, installs, rowsOf(counted)]);

describe('when', () => {
  test('a week is published eight days after its end, and not before', () => {
    const rows = uses(5, '2026-06-03');
    expect(told(published(rows, '2026-06-14'))).toEqual([]);
    expect(told(published(rows, '2026-06-15'))).toEqual([['2026-W23', 5, 5]]);
  });

  test('a week of too few waits for the rest of its month; late rows go into the rest too', () => {
    const rows = [...uses(5, '2026-06-03'), ...uses(3, '2026-06-10')];
    const week = published(rows, '2026-06-23');
    expect(told(week)).toEqual([['2026-W23', 5, 5]]);
    const late = [...rows, ...uses(2, '2026-06-04', '2026-06-24')];
    expect(told(published(late, '2026-07-05', week))).toEqual([]);
    expect(told(published(late, '2026-07-06', week))).toEqual([['2026-06 rest', 5, 5]]);
    const rest = [...week, ...published(late, '2026-07-06', week)];
    expect(told(published([...late, ...uses(9, '2026-06-11')], '2026-07-07', rest))).toEqual([]);
  });

  test('five weeks of one install are one install, not five', () => {
    const one = ['2026-06-03', '2026-06-10', '2026-06-17', '2026-06-24'].flatMap((day) => uses(1, day));
    const marks = one.map(({ row, ...rest }, at) => {
      const { first_this_month, ...properties } = row.properties;
      return { ...rest, row: { ...row, properties: at === 0 ? row.properties : properties } } as Arrived;
    });
    expect(told(published(marks, '2026-08-30'))).toEqual([]);
  });

  test('a pod without a volume that is restarted five times is not five installs', () => {
    expect(told(published(uses(5, '2026-06-03', '2026-06-04', false), '2026-08-30'))).toEqual([]);
  });
});

/** One row each of so many installs on a day, with both marks. */
const rowsOfInstalls = (installs: number, row: (marks: Record<string, true>) => Row, day = '2026-06-03'): Arrived[] =>
  Array.from({ length: installs }, (_, install) => ({
    ...{ install, day, arrives: addDays(day, 1) },
    row: row({ first_this_week: true, first_this_month: true }),
  }));
const active = (installs: number) =>
  rowsOfInstalls(installs, (marks) => ({ event: 'active_install', properties: marks }));
const tool = (name: string, installs: number, more: Record<string, number> = {}) =>
  rowsOfInstalls(installs, (marks) => ({
    event: 'tool_usage',
    properties: { tool: name, invocations: 9, successes: 9, ...more, ...marks },
  }));
const step = (from: string, to: string, installs: number) =>
  rowsOfInstalls(installs, () => ({ event: 'workflow_step', properties: { from, to, count: 1 } }));
const stepsShown = (rows: readonly Arrived[], old: readonly Interval[] = []) =>
  published(rows, '2026-06-20', old).flatMap(({ event, label, shown }) =>
    event === 'workflow_step' && shown !== null ? [[label, rowsOf(shown)]] : [],
  );

describe('small parts', () => {
  test('of a tool that is not published, no step is shown, not even from the start', () => {
    const rows = [...active(8), ...tool('query', 8), ...tool('operate', 3)];
    const steps = [...step('start', 'query', 8), ...step('start', 'operate', 3), ...step('query', 'operate', 3)];
    expect(stepsShown([...rows, ...steps])).toEqual([['start>query', 8]]);
  });

  test('small steps are parts of the step from other, if that is of enough rows', () => {
    const rows = [...active(8), ...tool('query', 8), ...tool('operate', 8), ...tool('recommend', 8)];
    const into = [...step('query', 'operate', 3), ...step('recommend', 'operate', 2), ...step('operate', 'operate', 7)];
    expect(stepsShown([...rows, ...into])).toEqual([
      ['operate>operate', 7],
      ['other>operate', 5],
    ]);
    expect(stepsShown([...rows, ...step('query', 'operate', 3)])).toEqual([]);
  });

  test('a small step that comes later does not change what is published, and is not lost unseen', () => {
    const rows = [...active(8), ...tool('query', 8), ...tool('operate', 8), ...tool('recommend', 8)];
    const early = [...rows, ...step('query', 'operate', 3), ...step('recommend', 'operate', 3)];
    const first = published(early, '2026-06-20');
    const later = published([...early, ...step('start', 'operate', 2)], '2026-06-21', first);
    expect(later.filter(({ event }) => event === 'workflow_step')).toEqual([]); // it waits for the rest of the month
  });

  test('a histogram of fewer than k rows is not shown, and its calls are', () => {
    const rows = [...tool('query', 4, { latency_le_100: 9 }), ...tool('query', 4)];
    const [interval] = published(rows, '2026-06-20');
    const shown = interval?.shown as Interval['counted'];
    expect(cellOf('tool_usage', shown, 'invocations').sum).toBe(72);
    expect(cellOf('tool_usage', shown, 'latency_le_100').sum).toBe(0);
    const enough = published(tool('query', 5, { latency_le_100: 9 }), '2026-06-20')[0]?.shown as Interval['counted'];
    expect(cellOf('tool_usage', enough, 'latency_le_100').sum).toBe(45);
  });
});
