import { symlinkSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createUpkeep } from '../../../src/core/tracker/scheduler.js';
import { fixedClock } from '../../../src/testing/index.js';
import { testDestination } from '../../support/destination.js';
import { testHome } from '../../support/home.js';
import { testTracker, until } from '../../support/tracker.js';

const HOUR = 3_600_000;
const ticks = () => new Promise((resolve) => setTimeout(resolve, 60));

/** Upkeep over chores that are only counted; a tick every 2 ms. */
function counted(now: string, fails = false) {
  const clock = fixedClock(now);
  const done = { closed: 0, sent: 0 };
  const count = async (chore: keyof typeof done) => {
    done[chore] += 1;
    if (fails) throw new Error('a full disk');
  };
  const chores = { isOn: () => true, closeDays: () => count('closed'), deliver: () => count('sent') };
  const upkeep = createUpkeep(chores, clock, { tick: 2, startSpread: 0, interval: HOUR });
  onTestFinished(() => upkeep.stop());
  upkeep.start();
  return { clock, done };
}

test('closes and sends at start and then hourly, not at every tick', async () => {
  const { clock, done } = counted('2026-11-23T10:00:00Z');
  await ticks();
  expect(done).toEqual({ closed: 1, sent: 1 });
  clock.advance(1.6 * HOUR);
  await ticks();
  expect(done).toEqual({ closed: 2, sent: 2 });
});

test('a chore that fails is not tried again at every tick', async () => {
  const { clock, done } = counted('2026-11-23T10:00:00Z', true);
  await ticks();
  expect(done).toEqual({ closed: 1, sent: 1 }); // the next tick goes on with what was still due
  clock.advance(1.6 * HOUR);
  await ticks();
  expect(done).toEqual({ closed: 2, sent: 2 });
});

test('at 01:00 UTC the day is closed, however long the hour has still to run', async () => {
  const { clock, done } = counted('2026-11-24T00:50:00Z');
  await ticks();
  clock.set('2026-11-24T00:59:59Z');
  await ticks();
  expect(done.closed).toBe(1);
  clock.set('2026-11-24T01:00:00Z');
  await ticks();
  expect(done.closed).toBe(2);
});

test('a clock that is set back does not put the next look off for days', async () => {
  const { clock, done } = counted('2026-11-23T10:00:00Z');
  await ticks();
  clock.set('2026-11-20T10:00:00Z');
  await ticks();
  expect(done).toEqual({ closed: 2, sent: 2 });
});

test('P6: a folder that is not ours does not make a server knock at a dead destination at every tick', async () => {
  const home = testHome({ analytics: true });
  symlinkSync('/nonexistent', home.paths.data);
  const received = await testDestination();
  received.respondWith((_request, response) => void response.writeHead(503).end());
  const timing = { tick: 2, startSpread: 0, interval: HOUR };
  const { analytics, clock, use } = testTracker(
    home,
    { posthog: received.posthog },
    { now: '2026-11-22T23:00:00Z', timing },
  );
  await use('query', 3);
  await ticks();
  clock.set('2026-11-23T02:00:00Z');
  await until(() => received.requests.length > 0, 'a request');
  await ticks();
  expect(received.requests).toHaveLength(1);
  await analytics.close();
});
