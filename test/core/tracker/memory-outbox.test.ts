import { renameSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resolveDestination } from '../../../src/core/consent/destination.js';
import { createGate } from '../../../src/core/consent/gate.js';
import { addBodies, createMemoryOutbox, sendFromMemory } from '../../../src/core/tracker/memory-outbox.js';
import { checkingDestination } from '../../support/destination.js';
import { testHome } from '../../support/home.js';
import { exampleReport } from '../../support/reports.js';

const HOUR_MS = 3_600_000;
const DAYS = ['2026-11-19', '2026-11-20', '2026-11-21'];

async function start() {
  const home = testHome({ analytics: true });
  const received = await checkingDestination();
  const { destination } = resolveDestination({}, undefined, received.posthog);
  if (destination === null) throw new Error('not a destination');
  const outbox = createMemoryOutbox();
  const terms = {
    gate: createGate(home.env, home.paths),
    destination,
    signal: new AbortController().signal,
    background: false,
    lookup: 'cancellable',
  } as const;
  const before = { clears: 0, changes: terms.gate.changes() };
  const now = Date.parse('2026-11-22T02:00:00Z');
  for (const day of DAYS) addBodies(outbox, [await exampleReport(day)], before, { now, intervalMs: HOUR_MS });
  const pass = (at: number, obeys: 'pace' | 'nothing') =>
    sendFromMemory(outbox, terms, { now: at, intervalMs: HOUR_MS, obeys });
  return { home, received, outbox, pass, now };
}

test('P4: reports in memory keep the pace of a home: no answer makes several days arrive together', async () => {
  const { received, outbox, pass, now } = await start();
  received.respondWith((_request, response) => void response.writeHead(503).end());
  const arrivals: number[] = [];
  for (let minute = 0; minute < 40 * 60 && outbox.reports.length > 0; minute += 5) {
    const before = received.requests.length;
    await pass(now + minute * 60_000, 'pace');
    if (received.requests.length > before) arrivals.push(minute / 60);
    if (arrivals.length === 2) received.respondWith();
  }
  expect(outbox.reports).toEqual([]);
  expect(arrivals).toHaveLength(DAYS.length + 2);
  const waits = arrivals.slice(1).map((at, index) => at - (arrivals[index] as number));
  expect(Math.min(...waits)).toBeGreaterThan(0.9);
});

test('at the end of the server there is no later: all of them are sent', async () => {
  const { received, outbox, pass, now } = await start();
  await pass(now, 'nothing');
  expect(received.requests).toHaveLength(DAYS.length);
  expect(outbox.reports).toEqual([]);
});

test('P10: an opt-out and an opt-in between two looks of an attempt: nothing from before leaves', async () => {
  const { home, received, pass, now } = await start();
  const replaceConfig = (config: unknown) => {
    writeFileSync(`${home.paths.config}.new`, JSON.stringify(config));
    renameSync(`${home.paths.config}.new`, home.paths.config);
  };
  const passed = pass(now, 'nothing'); // it has looked, and connects
  replaceConfig({ analytics: false });
  replaceConfig({ analytics: true });
  await passed;
  expect(received.requests).toEqual([]);
});
