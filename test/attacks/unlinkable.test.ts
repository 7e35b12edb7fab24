import { expect, test } from 'vitest';
import { createInstall } from '../../src/simulation/installs.js';
import { randomFrom } from '../../src/simulation/random.js';
import { bodyOf, createMemory, totalsOf } from '../../src/simulation/reports.js';
import { uniqueness } from '../../src/simulation/uniqueness.js';
import { report, SEED, TIMES } from '../support/attack.js';
import { checkingDestination } from '../support/destination.js';
import { testHome } from '../support/home.js';
import { testTracker, until, vocabulary } from '../support/tracker.js';

interface SentEvent {
  readonly event: string;
  readonly uuid: string;
  readonly distinct_id: string;
  readonly timestamp: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const batchOf = (body: Buffer | string) => (JSON.parse(body.toString()) as { batch: SentEvent[] }).batch;

/** Every string in an event, and nothing of its structure. */
function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}

test('P4: two days of one install, as received, share nothing but the vocabulary; nor do two rows but the day', async () => {
  const home = testHome({ analytics: true });
  const received = await checkingDestination(home);
  const { analytics, clock } = testTracker(home, { posthog: received.posthog }, { now: '2026-11-22T10:00:00Z' });
  for (let day = 1; day <= 2; day += 1) {
    for (let visit = 0; visit < 4; visit += 1) {
      const session = analytics.session();
      for (const tool of ['recommend', 'query', 'operate', 'query'] as const) await session.run(tool, async () => {});
    }
    analytics.feature('chooseSolution');
    analytics.provider('anthropic');
    clock.advance(86_400_000);
    await until(() => {
      clock.advance(20);
      return received.requests.length === day;
    }, `report ${day}`);
  }
  await analytics.close();

  const [first = [], second = []] = received.requests.map(({ body }) => batchOf(body));
  const constants = ['posthog-node', '0.0.0.0'];
  const words = new Set<unknown>([
    ...vocabulary.tools,
    ...vocabulary.features,
    'anthropic',
    'start',
    'other',
    ...constants,
  ]);
  const own = (events: readonly SentEvent[]) =>
    new Set(events.flatMap(({ event: _, ...rest }) => stringsOf(rest)).filter((text) => !words.has(text)));
  const shared = [...own(first)].filter((text) => own(second).has(text));
  expect(shared).toEqual([]);
  // Each row's own strings: its id twice, and the day.
  const rows = [...first, ...second];
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) expect([...own([row])].sort()).toEqual([row.timestamp, row.uuid].sort());
  expect(new Set(rows.map(({ uuid }) => uuid)).size).toBe(rows.length);
  for (const { uuid, distinct_id } of rows) expect([uuid, distinct_id]).toEqual([expect.stringMatching(UUID_V4), uuid]);

  // The headers too are the same for everybody, but for the length.
  const headers = received.requests.map(({ rawHeaders }) =>
    rawHeaders.join('\n').replace(/(content-length\n)\d+/i, '$1N'),
  );
  expect(new Set(headers).size).toBe(1);
});

test('P4: no number in what was received is within two days of the clock, in any unit', async () => {
  const home = testHome({ analytics: true });
  const received = await checkingDestination(home);
  const now = Date.parse('2026-11-22T10:00:00Z');
  const { analytics, clock, use } = testTracker(home, { posthog: received.posthog }, { now: '2026-11-22T10:00:00Z' });
  await use('query', 60);
  clock.advance(86_400_000);
  await until(() => {
    clock.advance(20);
    return received.requests.length === 1;
  }, 'a report');
  await analytics.close();
  const [request] = received.requests;
  const all = `${request?.path} ${request?.rawHeaders.join(' ')} ${request?.body}`;
  const withoutIds = all.replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, '');
  const days = (at: number) => at / 86_400_000;
  for (const [digits] of withoutIds.matchAll(/\d+(\.\d+)?/g)) {
    for (const perDay of [1, 24, 1440, 86_400, 86_400_000, 86_400_000_000]) {
      for (const clockNow of [now, Date.now()]) {
        expect(Math.abs(Number(digits) / perDay - days(clockNow)), digits).toBeGreaterThan(2);
      }
    }
  }
  // The day itself, and no other time: noon, which is nobody's.
  expect([...new Set(withoutIds.match(/\d{4}-\d\d-\d\d[^"]*/g))]).toEqual(['2026-11-22T12:00:00.000Z']);
});

test('P4: the order of rows is uniform, whatever was called first; ids never repeat', {
  timeout: 3_600_000,
}, async () => {
  const random = randomFrom(SEED);
  const install = createInstall('2026-11-23', random);
  const day = install.on('2026-11-23');
  if (day === undefined) throw new Error('an install is used on its first day');
  const totals = totalsOf('2026-11-23', day);
  const key = ({ event, properties }: SentEvent) =>
    `${event} ${properties.tool ?? ''} ${properties.from ?? ''} ${properties.to ?? ''} ${properties.feature ?? ''} ${properties.provider ?? ''}`;
  const ids = new Set<string>();
  const positions = new Map<string, number[]>();
  const reports = 400 * TIMES;
  let size = 0;
  for (let number = 0; number < reports; number += 1) {
    const batch = batchOf(await bodyOf('2026-11-23', totals, createMemory(), 'k'));
    size = batch.length;
    for (const [at, event] of batch.entries()) {
      ids.add(event.uuid);
      const counts = positions.get(key(event)) ?? new Array<number>(size).fill(0);
      counts[at] = (counts[at] ?? 0) + 1;
      positions.set(key(event), counts);
    }
  }
  expect(ids.size).toBe(reports * size);
  expect(positions.size).toBe(size);
  // Chi squared of rows × positions has (size - 1)² degrees of freedom; seven standard deviations are one in 10^11.
  const expected = reports / size;
  const chi = [...positions.values()].flat().reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = (size - 1) ** 2;
  report('order of rows', { reports, rows: size, chiSquared: Math.round(chi), degreesOfFreedom: freedom });
  expect(Math.abs(chi - freedom)).toBeLessThan(7 * Math.sqrt(2 * freedom));
});

test('P4: rows that travel alone hide among others; joined, the same rows would be a fingerprint', () => {
  const { active, uniqueRows, byEvent, joint, events } = uniqueness({ installs: 300, days: 3, seed: SEED });
  report('uniqueness', {
    installs: 300,
    active: Math.round(active),
    rows: uniqueRows.toFixed(3),
    joint: joint.toFixed(3),
    events: events.toFixed(3),
  });
  expect(uniqueRows).toBeLessThan(0.3);
  expect(byEvent.active_install).toBe(0);
  expect(joint).toBeGreaterThan(0.9);
  expect(events).toBeGreaterThan(0.99);
});
