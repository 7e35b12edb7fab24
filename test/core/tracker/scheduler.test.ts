import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGate } from '../../../src/core/consent/gate.js';
import { countOn, createSpool, openPage } from '../../../src/core/record/spool.js';
import {
  createSchedule,
  type Schedule,
  startTimer,
  stopTimer,
  takeClosing,
  takeSending,
} from '../../../src/core/tracker/scheduler.js';
import { createAnalytics } from '../../../src/index.js';
import { fixedClock } from '../../../src/testing/index.js';
import { countedTool } from '../../support/counted.js';
import { checkingDestination } from '../../support/destination.js';
import { type TestHome, testHome, writeConfig } from '../../support/home.js';
import { putReport } from '../../support/reports.js';
import { testTracker, until, vocabulary } from '../../support/tracker.js';

const HOUR = 3_600_000;
const TIMING = { tick: 2, startSpread: 0, interval: HOUR };
const ticks = () => new Promise((resolve) => setTimeout(resolve, 240));

describe('when tasks are due', () => {
  const start = (now: string) => ({
    clock: fixedClock(now),
    schedule: createSchedule(TIMING),
    done: { closed: 0, sent: 0 },
  });

  /** Thirty ticks at this moment. */
  function look({ clock, schedule, done }: ReturnType<typeof start>) {
    for (let tick = 0; tick < 30; tick += 1) {
      if (takeClosing(schedule, clock())) done.closed += 1;
      if (takeSending(schedule, clock())) done.sent += 1;
    }
    return { ...done };
  }

  test('closes and sends at start and then hourly, not at every tick', () => {
    const server = start('2026-11-23T10:00:00Z');
    expect(look(server)).toEqual({ closed: 1, sent: 1 });
    server.clock.advance(1.6 * HOUR);
    expect(look(server)).toEqual({ closed: 2, sent: 2 });
  });

  test('a task that fails is tried again in an hour, and the next tick continues with the other due tasks', () => {
    const { clock, schedule } = start('2026-11-23T10:00:00Z');
    expect(takeClosing(schedule, clock())).toBe(true); // it fails, so that this tick does not get to sending
    expect([takeClosing(schedule, clock()), takeSending(schedule, clock())]).toEqual([false, true]);
    expect([takeClosing(schedule, clock()), takeSending(schedule, clock())]).toEqual([false, false]);
    clock.advance(1.6 * HOUR);
    expect([takeClosing(schedule, clock()), takeSending(schedule, clock())]).toEqual([true, true]);
  });

  test('at 01:00 UTC the day is closed, however much of the hour is left', () => {
    const server = start('2026-11-24T00:50:00Z');
    look(server);
    server.clock.set('2026-11-24T00:59:59Z');
    expect(look(server).closed).toBe(1);
    server.clock.set('2026-11-24T01:00:00Z');
    expect(look(server).closed).toBe(2);
  });

  test('a clock that is set back does not put the next look off for days', () => {
    const server = start('2026-11-23T10:00:00Z');
    look(server);
    server.clock.set('2026-11-20T10:00:00Z');
    expect(look(server)).toEqual({ closed: 2, sent: 2 });
  });
});

test('one timer ticks at once and until it is stopped, which aborts the send that is under way', async () => {
  const schedule: Schedule = createSchedule({ ...TIMING, tick: 20 });
  let count = 0;
  const tick = () => {
    count += 1;
  };
  const begin = () => startTimer(schedule, 0, tick);
  let expected = 1;
  const one = setInterval(() => {
    expected += 1;
  }, 20);
  begin();
  const { signal } = schedule.abort;
  await new Promise(setImmediate);
  expect(count).toBe(1);
  begin();
  await ticks();
  clearInterval(one);
  expect(count).toBeGreaterThanOrEqual(2);
  expect(count).toBeLessThanOrEqual(1.5 * expected); // a second timer would make it twice as many
  expect(signal.aborted).toBe(false);
  stopTimer(schedule);
  expect(signal.aborted).toBe(true);
  const after = count;
  await ticks();
  expect(count).toBe(after);
  begin();
  expect(schedule.abort.signal.aborted).toBe(false);
  stopTimer(schedule);
});

/** Counts of a process that is gone. */
function countedOn(home: TestHome, day: string): void {
  const spool = createSpool(home.paths, createGate(home.env, home.paths), vocabulary);
  countOn(spool, openPage(spool, day), 'tool query', ['success', 'latency_le_10']);
}
const isClosed = ({ paths }: TestHome, day: string) => existsSync(join(paths.outbox, `${day}.json`));

test('a server closes days at start and then hourly, not at every tick', async () => {
  const home = testHome({ analytics: true });
  countedOn(home, '2026-11-20');
  const { analytics, clock } = testTracker(home, {}, { now: '2026-11-23T10:00:00Z', timing: TIMING });
  onTestFinished(() => analytics.close());
  await until(() => isClosed(home, '2026-11-20'), 'closing');
  countedOn(home, '2026-11-21');
  await ticks();
  expect(isClosed(home, '2026-11-21')).toBe(false);
  clock.advance(1.6 * HOUR);
  await until(() => isClosed(home, '2026-11-21'), 'closing again');
});

test('P6: work that fails in one tick is noted, and a later tick does it', async () => {
  const home = testHome({ analytics: true });
  countedOn(home, '2026-11-20');
  let isBroken = false;
  let asked = 0;
  const clock = () => {
    asked += 1;
    if (isBroken) throw new Error('no clock');
    return Date.parse('2026-11-23T10:00:00Z');
  };
  const analytics = createAnalytics({ ...vocabulary, ephemeral: false }, { env: home.env, clock, timing: TIMING });
  onTestFinished(() => analytics.close());
  isBroken = true;
  asked = 0;
  await until(() => asked > 3, 'ticks that fail');
  isBroken = false;
  await until(() => isClosed(home, '2026-11-20'), 'closing');
});

test('a send that is under way is not begun a second time', async () => {
  const home = testHome({ analytics: true });
  const received = await checkingDestination(home);
  received.respondWith(() => {}); // and never answers
  for (const day of ['2026-11-20', '2026-11-21']) await putReport(home, day);
  const timing = { tick: 2, startSpread: 1, interval: 2 };
  const { analytics, clock } = testTracker(
    home,
    { posthog: received.posthog },
    { now: '2026-11-23T10:00:00Z', timing },
  );
  onTestFinished(() => analytics.close());
  clock.advance(10);
  await until(() => received.requests.length > 0, 'a request');
  for (let step = 0; step < 10; step += 1) {
    clock.advance(10);
    await new Promise((resolve) => setTimeout(resolve, 6));
  }
  expect(received.requests).toHaveLength(1);
});

test('after close() calls are counted, and no later opt-in starts the timer again', async () => {
  const home = testHome({ analytics: true });
  const { analytics, use } = testTracker(home, {}, { now: '2026-11-23T10:00:00Z', timing: TIMING });
  await ticks(); // the first tick comes right after the start
  await analytics.close();
  writeConfig(home.paths, { analytics: false });
  await use('query');
  writeConfig(home.paths, { analytics: true });
  await until(async () => {
    await use('query');
    return countedTool(home.paths, vocabulary, 'query') !== undefined;
  }, 'counting');
  countedOn(home, '2026-11-20');
  await ticks();
  expect(isClosed(home, '2026-11-20')).toBe(false);
});

test('P6: a folder that is not ours does not make a server ask a dead destination at every tick', async () => {
  const home = testHome({ analytics: true });
  symlinkSync('/nonexistent', home.paths.data);
  const received = await checkingDestination();
  received.respondWith((_request, response) => void response.writeHead(503).end());
  const { analytics, clock, use } = testTracker(
    home,
    { posthog: received.posthog },
    { now: '2026-11-22T23:00:00Z', timing: TIMING },
  );
  await use('query', 3);
  await ticks();
  clock.set('2026-11-23T02:00:00Z');
  await ticks(); // the day is closed
  clock.set('2026-11-23T14:30:00Z');
  await until(() => received.requests.length > 0, 'a request');
  await ticks();
  expect(received.requests).toHaveLength(1);
  await analytics.close();
});
