import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJudge, sqlOf, type Verdict } from '../../engine/acceptance.js';
import { fill, projectOf, STATES, type State, ZONES } from '../../engine/conditions.js';
import { type Engine, isInstalled, startEngine } from '../../engine/engine.js';
import type { Sent } from '../../engine/fixture.js';
import { toClickHouse } from '../../engine/hogql.js';
import { truth } from '../../engine/truth.js';
import { OTHERS_QUERY, ROWS_QUERY } from '../../src/posthog/check.js';
import { INSIGHTS } from '../../src/posthog/insights.js';

if (!isInstalled)
  process.stderr.write(
    'SKIPPED: npm install --no-save --prefix engine was not run, so no insight is executed in ClickHouse\n',
  );

const NO_STATE = {} as State;
const [plain = NO_STATE, repeated = NO_STATE, hostile = NO_STATE] = STATES;

describe.runIf(isInstalled)('the insights in ClickHouse', () => {
  let engine: Engine;
  let sent: Sent[];
  let judge: (insight: string, query: string, state: State) => Verdict;
  let truths: ReturnType<typeof truth>;
  beforeAll(async () => {
    engine = await startEngine();
    sent = await fill(engine);
    judge = createJudge(engine, sent);
    truths = truth(sent, '2026-11-25 12:00:00');
  }, 240_000);
  afterAll(() => engine?.end());

  test('the truth has what the comparison is about', () => {
    expect(Object.keys(truths)).toEqual(INSIGHTS.map(({ key }) => key));
    for (const [key, rows] of Object.entries(truths)) expect([key, rows.length]).not.toEqual([key, 0]);
    const slow = truths.latency?.find(([tool]) => tool === 'manageOrgData');
    expect(slow?.slice(2)).toEqual(['above 300000', 'above 300000']);
    expect(truths['installs-day']?.some(([, installs]) => installs === 0)).toBe(true);
  });

  test.each(INSIGHTS.flatMap(({ key, query }) => STATES.map((state) => [key, state.name, query, state] as const)))(
    '%s, %s: every number is true in three time zones, whatever the first day of the week',
    (key, _name, query, state) => {
      expect(judge(key, sqlOf(query), state)).toMatchObject({ wrong: 0, compared: expect.any(Number) });
    },
    120_000,
  );

  test('--check: rows are counted once, repetitions and events of other apps apart', () => {
    const zone = ZONES[0];
    const asked = (query: string) => engine.rows(toClickHouse(query, projectOf(hostile, zone, 'Sunday')))[0];
    const events = sent.filter(({ day }) => day >= '2026-10-26').flatMap((one) => one.events);
    const [stored, different, newest] = asked(ROWS_QUERY) ?? [];
    expect([different, newest]).toEqual([events.length, '2026-11-25']);
    expect(Number(stored) / Number(different)).toBeCloseTo(5 / 3, 1);
    expect(asked(OTHERS_QUERY)).toEqual([6]);
  });

  const recent = 'timestamp > now() - interval 90 day';
  const flagged = "event = 'active_install' and JSONExtractBool(properties, 'first_this_week')";
  test.each([
    ['repeated rows counted twice', 'providers', repeated, sql('providers').replace(/\s+limit 1 by uuid/, '')],
    [
      'rows of another app counted',
      'features',
      hostile,
      sql('features').replace(' and distinct_id = toString(uuid)', ''),
    ],
    [
      'a property with the type of the project',
      'chains',
      hostile,
      `select properties.from as before, properties.to as next, sum(toFloat(properties.count)) as times
        from events where event = 'workflow_step' and ${recent} group by before, next order by times desc limit 1000`,
    ],
    [
      'a day of the project',
      'installs-day',
      plain,
      sql('installs-day').replaceAll(", 'UTC')", ", 'Pacific/Auckland')"),
    ],
    [
      'a week of the project',
      'installs-week',
      plain,
      `select toStartOfWeek(timestamp) as week, count() as installs from events
        where ${flagged} and timestamp > now() - interval 182 day group by week order by week limit 26`,
    ],
    [
      'a month of the calendar',
      'installs-month',
      plain,
      sql('installs-month').replaceAll(
        /toStartOfMonth\(addDays\((toStartOfWeek\(toTimeZone\([^)]*\)?, 'UTC'\), 1\)), 3\)\)/g,
        (_all, week) => `toStartOfMonth(${week})`,
      ),
    ],
    ['a period that begins and ends within a day', 'features', plain, sql('features').replace(/ and toDate[^\n]*/, '')],
    ['a week that is not over', 'sessions', plain, sql('sessions').replace(/ and \S+\([^\n]*< [^\n]*/, '')],
    [
      'the last bound shown as an upper bound',
      'latency',
      plain,
      sql('latency').replaceAll('above 300000', 'up to 300000'),
    ],
    [
      'days without rows left out',
      'installs-day',
      plain,
      sql('installs-day').replace(/ union all.* as installs\n/s, '\n'),
    ],
    ['rows that PostHog cuts without a limit', 'calls', plain, sql('calls').replace(' limit 50000', '')],
  ] as const)(
    'the comparison notices: %s',
    (_name, key, state, query) => {
      expect(query).not.toBe(sql(key));
      expect(judge(key, query, state).wrong).toBeGreaterThan(0);
    },
    120_000,
  );
});

function sql(key: string): string {
  return sqlOf(INSIGHTS.find((insight) => insight.key === key)?.query ?? {});
}
