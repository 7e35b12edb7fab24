import { describe, expect, test } from 'vitest';
import { advance, DAYS_HASH_IS_KEPT } from '../../../src/collector/store/forgetting.js';
import { openDatabase } from '../../../src/collector/store/open.js';
import { encode } from '../../../src/core/report/encode.js';
import { DAY_MS, dayOf } from '../../../src/schema/calendar.js';
import { DAYS_REPEAT_IS_KNOWN } from '../../../src/schema/limits.js';
import { install, testCollector, tool } from '../../support/collector.js';

const NOON = Date.parse('2026-11-23T12:00:00Z');
const oneCall = (at: number) => encode([install(), tool('query', { invocations: 1, successes: 1 })], dayOf(at), 'k');
async function hashesIn(db: string): Promise<number | undefined> {
  const database = await openDatabase(db);
  const [row] = database.prepare('SELECT count(*) AS hashes FROM reports').all<{ hashes: number }>();
  database.close();
  return row?.hashes;
}

describe('a clock that jumps', () => {
  test.each([1, 24, 400, 30_000])(
    'P6: %i days ahead and back: a repeated report counts once, however old',
    async (days) => {
      let now = NOON;
      const collector = await testCollector({ minInstalls: 1, clock: () => now });
      const ages = Array.from({ length: DAYS_REPEAT_IS_KNOWN + 2 }, (_, age) => age - 1);
      const bodies = await Promise.all(ages.map((age) => oneCall(NOON - age * DAY_MS)));
      for (const body of bodies) expect((await collector.post(body)).status).toBe(200);
      now += days * DAY_MS;
      expect((await collector.post(await oneCall(now))).status).toBe(200);
      now = NOON;
      for (const body of bodies) expect((await collector.post(body)).status).toBe(200);
      const span = `from=${dayOf(NOON - 30 * DAY_MS)}&to=${dayOf(NOON + DAY_MS)}`;
      now = NOON + DAY_MS; // a day that is still to come is not shown
      const { rows } = await collector.get(`api/v1/overview?${span}`);
      expect(rows.map(({ invocations }) => invocations).filter(Boolean)).toEqual(
        days === 1 ? [...Array.from({ length: 23 }, () => 1), 2] : Array.from({ length: 24 }, () => 1),
      );
    },
  );

  test('6 hours back: known senders are served', async () => {
    let now = NOON;
    const collector = await testCollector({ rate: 20, clock: () => now });
    expect((await collector.post(await oneCall(NOON))).status).toBe(200);
    now -= 6 * 3_600_000;
    expect((await collector.post(await oneCall(NOON - DAY_MS))).status).toBe(200);
  });

  test('months ahead: a sender that has used its rate up has not got a new one', async () => {
    let now = NOON;
    const collector = await testCollector({ rate: 20, clock: () => now });
    expect((await collector.post('{}')).status).toBe(400);
    expect((await collector.post('{}')).status).toBe(400);
    now += 90 * DAY_MS;
    expect((await collector.post('{}')).status).toBe(429);
  });
});

test('hashes are forgotten day by day, also across restarts, and after the collector was stopped for months', async () => {
  let now = NOON;
  const clock = () => now;
  let collector = await testCollector({ clock });
  const { db } = collector;
  const oneDay = async (days: number) => {
    now += days * DAY_MS;
    expect((await collector.post(await oneCall(now))).status).toBe(200);
  };
  for (let day = 0; day < 40; day += 1) await oneDay(1);
  await collector.close();
  expect(await hashesIn(db)).toBe(DAYS_HASH_IS_KEPT + 1);
  collector = await testCollector({ clock, db });
  await oneDay(100);
  await collector.close();
  expect(await hashesIn(db)).toBe(DAYS_HASH_IS_KEPT); // two were forgotten, and one came
  collector = await testCollector({ clock, db });
  for (let day = 0; day < 110; day += 1) await oneDay(1); // two days are forgotten on each
  await collector.close();
  expect(await hashesIn(db)).toBe(DAYS_HASH_IS_KEPT + 1);
});

test('the horizon is never later than what a right clock needs, and a jump moves it by two days', () => {
  const start = { today: 20_000, from: 20_000 - DAYS_HASH_IS_KEPT };
  expect(advance(start, 20_001).from).toBe(start.from + 1);
  expect(advance(start, 29_000).from).toBe(start.from + 2);
  expect(advance(advance(start, 29_000), 20_000)).toEqual(start);
  for (const back of [19_000, 19_999]) expect(advance(start, back).from).toBe(back - DAYS_HASH_IS_KEPT);
});
