import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listReports } from '../../src/core/deliver/report-files.js';
import { report } from '../support/attack.js';
import { checkingDestination } from '../support/destination.js';
import { testHome } from '../support/home.js';
import { type TestTracker, testTracker, until } from '../support/tracker.js';

/** What one machine does: at this moment of its own clock it makes so many calls, and then looks after the home. */
interface Moment {
  readonly machine?: 'a' | 'b';
  readonly now: string;
  readonly calls?: number;
}

interface Case {
  readonly name: string;
  readonly moments: readonly Moment[];
  /** Spool files and what was sent after each moment: `day`, and `day=calls` for a report. Null: either way is right. */
  readonly after: readonly (string | null)[];
}

const CASES: Case[] = [
  {
    name: 'one machine, a day, and the next',
    moments: [
      { now: '2026-11-23T23:30:00Z', calls: 3 },
      { now: '2026-11-24T00:30:00Z', calls: 2 },
      { now: '2026-11-24T01:00:00Z' },
    ],
    after: ['2026-11-23', '2026-11-23 2026-11-24', '2026-11-24 2026-11-23=3'],
  },
  {
    name: 'two machines, one 20 minutes slow: what it counts after midnight still reaches the day',
    moments: [
      { machine: 'a', now: '2026-11-24T00:10:00Z', calls: 3 },
      { machine: 'b', now: '2026-11-23T23:50:00Z', calls: 4 },
      { machine: 'a', now: '2026-11-24T01:00:00Z' },
      { machine: 'b', now: '2026-11-24T01:05:00Z' },
    ],
    after: ['2026-11-24', '2026-11-23 2026-11-24', '2026-11-24 2026-11-23=4', '2026-11-24 2026-11-23=4'],
  },
  {
    name: 'two machines, one three hours slow: what comes too late for the closed day is dropped, never a second report',
    moments: [
      { machine: 'a', now: '2026-11-23T22:00:00Z', calls: 3 },
      { machine: 'a', now: '2026-11-24T01:00:00Z' },
      { machine: 'b', now: '2026-11-23T22:00:00Z', calls: 4 },
      { machine: 'b', now: '2026-11-24T01:00:00Z' },
    ],
    after: ['2026-11-23', '2026-11-23=3', null, '2026-11-23=3'], // the first machine may drop it before the second does
  },
  {
    name: 'set back by a day: counted again on the day before, which is not closed yet',
    moments: [
      { now: '2026-11-24T00:30:00Z', calls: 2 },
      { now: '2026-11-23T12:00:00Z', calls: 3 },
      { now: '2026-11-25T02:00:00Z' },
    ],
    after: ['2026-11-24', '2026-11-23 2026-11-24', '2026-11-23=3 2026-11-24=2'],
  },
  {
    name: 'set back to before a day that is closed: its report stays as it is',
    moments: [
      { now: '2026-11-23T12:00:00Z', calls: 2 },
      { now: '2026-11-24T01:00:00Z' },
      { now: '2026-11-23T13:00:00Z', calls: 5 },
      { now: '2026-11-24T02:00:00Z' },
    ],
    after: ['2026-11-23', '2026-11-23=2', '2026-11-23 2026-11-23=2', '2026-11-23=2'],
  },
  {
    name: 'far ahead for a moment: today is closed early, and what follows it is dropped, not sent twice',
    moments: [
      { now: '2026-11-23T12:00:00Z', calls: 2 },
      { now: '2026-12-10T12:00:00Z' },
      { now: '2026-11-23T13:00:00Z', calls: 5 },
      { now: '2026-11-24T02:00:00Z' },
    ],
    after: ['2026-11-23', '2026-11-23=2', '2026-11-23 2026-11-23=2', '2026-11-23=2'],
  },
  {
    name: 'at 1970 for a moment: what is counted there is too old to be sent, the day itself is whole',
    moments: [
      { now: '2026-11-23T12:00:00Z', calls: 2 },
      { now: '1970-01-01T00:00:00Z', calls: 1 },
      { now: '2026-11-24T02:00:00Z' },
    ],
    after: ['2026-11-23', '1970-01-01 2026-11-23', '2026-11-23=2'],
  },
  {
    name: '31 December: the year ends in UTC',
    moments: [
      { now: '2026-12-31T23:59:59.999Z', calls: 2 },
      { now: '2027-01-01T00:00:00Z', calls: 3 },
      { now: '2027-01-01T01:00:00Z' },
      { now: '2027-01-02T01:00:00Z' },
    ],
    after: ['2026-12-31', '2026-12-31 2027-01-01', '2027-01-01 2026-12-31=2', '2026-12-31=2 2027-01-01=3'],
  },
  {
    name: '29 February',
    moments: [
      { now: '2028-02-29T12:00:00Z', calls: 2 },
      { now: '2028-03-01T12:00:00Z', calls: 1 },
      { now: '2028-03-02T12:00:00Z' },
    ],
    after: ['2028-02-29', '2028-03-01 2028-02-29=2', '2028-02-29=2 2028-03-01=1'],
  },
  {
    name: 'the night the clocks go forward: a UTC day has 24 hours',
    moments: [
      { now: '2026-03-29T00:59:59Z', calls: 2 },
      { now: '2026-03-29T01:00:01Z', calls: 3 },
      { now: '2026-03-30T01:00:00Z' },
    ],
    after: ['2026-03-29', '2026-03-29', '2026-03-29=5'],
  },
  {
    name: 'the night the clocks go back: the hour that comes twice is counted once each time',
    moments: [
      { now: '2026-10-25T00:30:00Z', calls: 2 },
      { now: '2026-10-25T01:30:00Z', calls: 3 },
      { now: '2026-10-26T01:00:00Z' },
    ],
    after: ['2026-10-25', '2026-10-25', '2026-10-25=5'],
  },
];

const ZONES = ['UTC', 'Europe/Ljubljana', 'America/Los_Angeles', 'Pacific/Kiritimati', 'Asia/Kathmandu'];

describe.each(ZONES)('in %s: (now, files before, files after, reports sent)', (zone) => {
  test.each(CASES)('P7: $name', async ({ moments, after }) => {
    const { TZ } = process.env;
    process.env.TZ = zone;
    onTestFinished(() => {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    });
    const home = testHome({ analytics: true });
    const received = await checkingDestination(home);
    const sent = () => {
      const rows = received.requests.flatMap(({ body }) => JSON.parse(body.toString()).batch);
      const usage = rows.filter(({ event }) => event === 'tool_usage');
      return usage.map(({ timestamp, properties }) => `${timestamp.slice(0, 10)}=${properties.invocations}`).sort();
    };
    const open = () => {
      const names = (() => {
        try {
          return readdirSync(home.paths.spool);
        } catch {
          return [];
        }
      })();
      return [...new Set(names.filter((name) => name.endsWith('.txt')).map((name) => name.slice(0, 10)))].sort();
    };
    const state = () => [...open(), ...sent()].join(' ');
    const machines = new Map<string, TestTracker>();
    for (const [at, { machine = 'a', now, calls = 0 }] of moments.entries()) {
      const known = machines.get(machine);
      const tracker =
        known ??
        testTracker(home, { posthog: received.posthog }, { now, timing: { tick: 5, startSpread: 1, interval: 1 } });
      machines.set(machine, tracker);
      tracker.clock.set(now);
      await tracker.use('query', calls);
      // It has looked after the home a few times before anything is compared, so that too early is seen too.
      for (let look = 0; look < 4; look += 1) {
        tracker.clock.advance(2);
        await new Promise((resolve) => setTimeout(resolve, 7));
      }
      if (after[at] === null) continue;
      const settled = () => state() === after[at] && listReports(home.paths.outbox).length === 0;
      await until(() => {
        tracker.clock.advance(2);
        return settled();
      }, `moment ${at}: ${after[at]}; it is: ${state()}`).catch(() => {});
      expect(state(), `after moment ${at}`).toBe(after[at]);
    }
    await Promise.all([...machines.values()].map(({ analytics }) => analytics.close()));
    expect(state(), 'at the end').toBe(after.at(-1));
  });
});

test.each([
  ['from the last week of a year with 53', ['2026-12-28', '2026-12-31', '2027-01-01', '2027-01-03', '2027-01-04']],
  ['from the last week of a year with 52', ['2027-12-27', '2027-12-31', '2028-01-01', '2028-01-02', '2028-01-03']],
])('first_this_week and first_this_month, %s', async (_name, days) => {
  const home = testHome({ analytics: true });
  const received = await checkingDestination(home);
  const { analytics, clock, use } = testTracker(home, { posthog: received.posthog }, { now: `${days[0]}T12:00:00Z` });
  for (const [at, day] of days.entries()) {
    clock.set(`${day}T12:00:00Z`);
    await until(() => {
      clock.advance(20);
      return received.requests.length === at;
    }, `the report before ${day}`);
    await use('query');
  }
  clock.advance(86_400_000);
  await until(() => {
    clock.advance(20);
    return received.requests.length === days.length;
  }, 'the last report');
  await analytics.close();
  const installs = received.requests.map(({ body }) => {
    const { batch } = JSON.parse(body.toString()) as {
      batch: { event: string; properties: Record<string, unknown> }[];
    };
    const properties = batch.find(({ event }) => event === 'active_install')?.properties;
    return [properties?.first_this_week === true, properties?.first_this_month === true];
  });
  // The ISO week goes on over New Year, and its Thursday lies in December: 4 January begins week and month.
  expect(installs).toEqual([
    [true, true],
    [false, false],
    [false, false],
    [false, false],
    [true, true],
  ]);
  report('first_this_week over New Year', { days: days.length });
});

test('a call across midnight is one call, of the day it ends; and across the closing hour it is not lost', async () => {
  const home = testHome({ analytics: true });
  const received = await checkingDestination(home);
  const { analytics, clock } = testTracker(home, { posthog: received.posthog }, { now: '2026-11-23T23:59:00Z' });
  const session = analytics.session();
  let finish = () => {};
  const call = session.run('remediate', () => new Promise<void>((resolve) => (finish = resolve)));
  clock.set('2026-11-24T01:30:00Z');
  await new Promise((resolve) => setTimeout(resolve, 30));
  finish();
  await call;
  clock.set('2026-11-25T02:00:00Z');
  await until(() => {
    clock.advance(20);
    return received.requests.length === 1;
  }, 'the report');
  await analytics.close();
  const rows = received.requests.flatMap(({ body }) => JSON.parse(body.toString()).batch);
  const usage = rows.filter(({ event }) => event === 'tool_usage');
  expect(usage.map(({ timestamp, properties }) => [timestamp.slice(0, 10), properties.invocations])).toEqual([
    ['2026-11-24', 1],
  ]);
});
