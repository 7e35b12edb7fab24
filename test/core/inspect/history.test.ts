import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { settle } from '../../../src/core/deliver/outbox.js';
import { readReceipt, writeReceipt } from '../../../src/core/deliver/receipts.js';
import { receiptPath, reportPath } from '../../../src/core/deliver/report-files.js';
import { addUp, callsIn, timedCalls } from '../../../src/core/inspect/add-up.js';
import { type History, rowsIn, viewHistory } from '../../../src/core/inspect/history.js';
import { viewPreview } from '../../../src/core/inspect/preview.js';
import { callCells, lineOf } from '../../../src/core/record/cells.js';
import { createPage, parsePage } from '../../../src/core/record/counter-page.js';
import { closedPath } from '../../../src/core/report/closed-files.js';
import { freeze } from '../../../src/core/report/freeze.js';
import { mergePages } from '../../../src/core/report/totals.js';
import { sha256 } from '../../../src/platform/crypto.js';
import { addDays, type Day } from '../../../src/schema/calendar.js';
import type { Row } from '../../../src/schema/report.js';
import { CATEGORIES } from '../../../src/schema/vocabulary.js';
import { fixedClock } from '../../../src/testing/index.js';
import { checkingDestination } from '../../support/destination.js';
import { type TestHome, testHome, tree } from '../../support/home.js';
import { putReport } from '../../support/reports.js';
import { type TestTracker, testTracker, until, vocabulary } from '../../support/tracker.js';

const TODAY = '2026-11-23';
const clock = fixedClock(`${TODAY}T10:00:00Z`);
const history = (home: TestHome, options: { days?: number; tool?: string } = {}): History =>
  viewHistory({ env: home.env, clock, ...options }).data;
const back = (days: number) => addDays(TODAY, -days);

/** Moves a report from the outbox to sent/, as if it had been answered. */
async function sendReport(home: TestHome, day: Day, outcome: 'delivered' | 'rejected' | 'expired' = 'delivered') {
  const body = await putReport(home, day);
  for (const folder of [home.paths.sending, home.paths.sent]) mkdirSync(folder, { recursive: true });
  const receipt = { day, outcome, at: `${day}T12:00:00Z`, bytes: body.length, sha256: sha256(body) };
  settle(home.paths, day, receipt);
  if (outcome === 'expired') return;
  rmSync(reportPath(home.paths.outbox, day));
  writeFileSync(reportPath(home.paths.sent, day), body);
}

/** What `exampleReport` counts of its first tool. */
const EXAMPLE = { tool: 'recommend', invocations: 13, successes: 12, failures: 1, failures_ai_service: 1 };

describe('the history is what a real tracker counted', () => {
  /** Calls a tool in the session of a tracker, and fails as asked. */
  async function call(
    session: ReturnType<TestTracker['analytics']['session']>,
    tool: 'recommend' | 'query' | 'operate',
    failed?: string,
  ) {
    const outcome = session.run(tool, async () => {
      if (failed !== undefined) throw Object.assign(new Error('x'), { category: failed });
      return {};
    });
    await outcome.catch(() => {});
  }

  test('P5: days that were sent, one that waits, and today, with a real destination', async () => {
    const home = testHome({ analytics: true });
    const received = await checkingDestination(home);
    const options = { posthog: received.posthog };
    const { analytics, clock } = testTracker(home, options, { now: `${back(4)}T10:00:00Z` });
    onTestFinished(() => analytics.close());
    const expected: Record<Day, { calls: number; failures: number; steps: number }> = {};
    for (const age of [4, 3, 2, 1, 0]) {
      clock.set(`${back(age)}T10:00:00Z`);
      await new Promise((resolve) => setTimeout(resolve, 60)); // until the tracker looks at its file again
      const session = analytics.session();
      const [good, bad] = [7 + age, age % 3];
      for (let nth = 0; nth < good; nth += 1) await call(session, nth % 2 ? 'query' : 'recommend');
      for (let nth = 0; nth < bad; nth += 1) await call(session, 'operate', 'kubernetes');
      expected[back(age)] = { calls: good + bad, failures: bad, steps: good + bad };
      if (age === 0) break;
      if (age === 1) received.respondWith((_request, response) => response.writeHead(503).end());
      clock.set(`${back(age - 1)}T01:30:00Z`);
      await until(
        () => {
          clock.advance(1_000);
          const isSent = readReceipt(home.paths, back(age)) !== undefined;
          return age === 1 ? readdirSync(home.paths.outbox).includes(`${back(1)}.json`) : isSent;
        },
        `the report of ${back(age)}`,
      );
    }
    clock.set(`${TODAY}T10:00:00Z`);
    const { days, leftOut, warnings } = history(home);
    expect(leftOut).toEqual([]);
    expect(warnings).toEqual([]);
    expect(days.map(({ day, sources }) => [day, ...sources])).toEqual([
      [back(4), 'delivered'],
      [back(3), 'delivered'],
      [back(2), 'delivered'],
      [back(1), 'waiting'],
      [back(0), 'open'],
    ]);
    for (const one of days) {
      const rows = rowsIn([one]);
      const sums = {
        calls: callsIn(rows),
        failures: sum(one.tool_usage, 'failures'),
        steps: sum(one.workflow_step, 'count'),
      };
      expect({ [one.day]: sums }).toEqual({ [one.day]: expected[one.day] });
      expect(sum(one.tool_usage, 'failures_kubernetes')).toBe(sums.failures);
    }
  });

  test('P5: a number does not change when its day is closed: it is rounded and folded as in the report', async () => {
    const home = testHome({ analytics: true });
    const { analytics, clock, use } = testTracker(home, {}, { now: `${TODAY}T10:00:00Z` });
    onTestFinished(() => analytics.close());
    await use('query', 137);
    await use('undeclared' as 'query', 6);
    const open = history(home);
    const { data } = await viewPreview({ env: home.env, clock });
    expect(data.requests.map(({ state }) => state)).toEqual(['draft']);
    expect(open.days.map(({ sources }) => sources)).toEqual([['open']]);
    expect(open.days[0]?.tool_usage.map(({ tool, invocations }) => [tool, invocations])).toEqual([
      ['other', 6],
      ['query', 140],
    ]);
    clock.set(`${addDays(TODAY, 1)}T02:00:00Z`);
    await until(() => statOf(reportPath(home.paths.outbox, TODAY)) !== undefined, 'closing');
    const [closed] = viewHistory({ env: home.env, clock }).data.days;
    expect(closed).toEqual({ ...open.days[0], sources: ['waiting'] });
  });
});

const sum = (rows: readonly Readonly<Record<string, unknown>>[], name: string) =>
  rows.reduce((all, row) => all + Number(row[name] ?? 0), 0);
const statOf = (path: string) => statSync(path, { throwIfNoEntry: false });

describe('which reports are in it', () => {
  test('a rejected report is, because its calls happened here', async () => {
    const home = testHome({ analytics: true });
    await sendReport(home, back(3), 'rejected');
    const { days } = history(home);
    expect(days).toMatchObject([{ day: back(3), sources: ['rejected'] }]);
    expect(days[0]?.tool_usage).toContainEqual(expect.objectContaining(EXAMPLE));
  });

  const BREAK: Record<string, (home: TestHome, day: Day) => unknown> = {
    dropped: async (home, day) => {
      rmSync(reportPath(home.paths.sent, day));
      rmSync(receiptPath(home.paths, day));
      await sendReport(home, day, 'expired');
    },
    altered: (home, day) => {
      const path = reportPath(home.paths.sent, day);
      writeFileSync(path, tree(home.paths.sent)[`${day}.json`]?.replace('"invocations":13', '"invocations":99') ?? '');
    },
    missing: (home, day) => rmSync(reportPath(home.paths.sent, day)),
    'no receipt': (home, day) => writeFileSync(receiptPath(home.paths, day), '{'),
    unreadable: (home, day) => {
      rmSync(receiptPath(home.paths, day));
      rmSync(reportPath(home.paths.sent, day));
      writeFileSync(reportPath(home.paths.outbox, day), 'no report');
    },
  };

  test.each(Object.entries(BREAK))('P5: one that is %s is left out and named', async (reason, change) => {
    const home = testHome({ analytics: true });
    for (const age of [2, 3, 4]) await sendReport(home, back(age));
    await change(home, back(3));
    const { days, leftOut, warnings } = history(home);
    expect(days.map(({ day }) => day)).toEqual([back(4), back(2)]);
    expect(leftOut).toEqual([{ day: back(3), reason }]);
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`^the numbers of ${back(3)} are left out: the .*`))]);
    const others = Object.keys(BREAK).filter((word) => word !== reason && word !== 'unreadable');
    expect(warnings[0]).not.toMatch(new RegExp(others.join('|')));
  });

  test('P7: one that a killed process left between two folders is counted once', async () => {
    const home = testHome({ analytics: true });
    await sendReport(home, back(2));
    const body = await putReport(home, back(2), 'phc_test', home.paths.sending);
    expect(history(home).days.map(({ sources }) => sources)).toEqual([['delivered']]);
    rmSync(reportPath(home.paths.sent, back(2))); // killed after it wrote the receipt
    writeFileSync(reportPath(home.paths.sending, back(2)), body);
    expect(history(home)).toMatchObject({ days: [{ sources: ['waiting'] }], leftOut: [] });
    expect(sum(history(home).days[0]?.tool_usage ?? [], 'invocations')).toBe(21);
  });

  test('P7: one that is frozen and not taken yet waits', async () => {
    const home = testHome({ analytics: true });
    mkdirSync(home.paths.spool, { recursive: true });
    const body = await putReport(home, back(1));
    rmSync(reportPath(home.paths.outbox, back(1)));
    writeFileSync(closedPath(home.paths, back(1)), body);
    expect(history(home).days).toMatchObject([{ day: back(1), sources: ['waiting'] }]);
  });

  test('several of one day are added up', async () => {
    const home = testHome({ analytics: true });
    await sendReport(home, back(1));
    const name = `${back(1)}.0123abcd`;
    const body = await putReport(home, back(1));
    rmSync(reportPath(home.paths.outbox, back(1)));
    writeFileSync(reportPath(home.paths.outbox, name), body);
    const [day, ...more] = history(home).days;
    expect(more).toEqual([]);
    expect(day?.sources).toEqual(['delivered', 'waiting']);
    expect(day?.tool_usage.find(({ tool }) => tool === 'recommend')).toMatchObject({ invocations: 26, failures: 2 });
  });

  test.each([1, 3, 45])('the last %i days, the last of which is today', async (days) => {
    const home = testHome({ analytics: true });
    for (const age of [0, 1, 2, 3, 44, 45]) await sendReport(home, back(age));
    const { from, to, days: shown } = history(home, { days });
    expect([from, to]).toEqual([back(days - 1), TODAY]);
    expect(shown.map(({ day }) => day)).toEqual([44, 3, 2, 1, 0].filter((age) => age < days).map(back));
  });

  test('P12: a waiting file with names that no server can declare is no report', async () => {
    const home = testHome({ analytics: true });
    const body = await putReport(home, back(1));
    writeFileSync(reportPath(home.paths.outbox, back(1)), body.replaceAll('"recommend"', '"\\u001b[2Jforged"'));
    expect(history(home)).toMatchObject({ days: [], leftOut: [{ reason: 'unreadable' }] });
    expect(JSON.stringify(viewHistory({ env: home.env, clock }))).not.toContain('forged');
  });

  test('P12: nor is one with numbers that no report has', async () => {
    for (const number of ['1e9', '-5', '0', '"13"', '[13]', '{"a":1}', '12.5', '137', 'true']) {
      const home = testHome({ analytics: true });
      const body = await putReport(home, back(1));
      writeFileSync(
        reportPath(home.paths.outbox, back(1)),
        body.replace('"invocations":13', `"invocations":${number}`),
      );
      expect([number, history(home).days]).toEqual([number, []]);
    }
  });

  test('names of a server that is gone stay readable', async () => {
    const home = testHome({ analytics: true });
    await sendReport(home, back(1));
    writeFileSync(home.paths.server, JSON.stringify({ tools: ['another'], features: [] }));
    expect(history(home).days).toHaveLength(1);
    expect(viewHistory({ env: home.env, clock }).tools).toEqual(expect.arrayContaining(['another', 'recommend']));
  });

  test('P1: while off, counts that are not sent yet are shown with the warning of `status`', async () => {
    const home = testHome({ analytics: false });
    await sendReport(home, back(2));
    expect(history(home)).toMatchObject({ enabled: false, warnings: [], days: [{ day: back(2) }] });
    await putReport(home, back(1));
    expect(history(home).warnings).toEqual([expect.stringContaining('counts exist although analytics is off here')]);
  });

  test('P1: looking writes nothing', async () => {
    const home = testHome({ analytics: true });
    await sendReport(home, back(2));
    await putReport(home, back(1));
    writeFileSync(reportPath(home.paths.outbox, back(3)), 'no report');
    const state = () => [
      tree(home.folder),
      ...Object.keys(tree(home.folder)).map((path) => statSync(join(home.folder, path)).mtimeMs),
    ];
    const before = state();
    history(home);
    history(home, { tool: 'query', days: 3 });
    expect(state()).toEqual(before);
  });
});

describe('one tool', () => {
  test('has only its calls and the steps around it', async () => {
    const home = testHome({ analytics: true });
    await sendReport(home, back(1));
    const { tool, days } = history(home, { tool: 'recommend' });
    expect(tool).toBe('recommend');
    expect(days[0]?.tool_usage).toEqual([expect.objectContaining(EXAMPLE)]);
    const { workflow_step: steps = [], ...rest } = days[0] ?? {};
    expect(steps.length).toBeGreaterThan(1);
    for (const { from, to } of steps) expect([from, to]).toContain('recommend');
    expect(rest).toMatchObject({ tool_latency: [], session_usage: [], feature_usage: [], provider_usage: [] });
  });

  test('P2: only a name that was declared or counted is known; - is read as _', () => {
    const home = testHome();
    expect(history(home, { tool: 'impact-analysis' }).tool).toBe('impact_analysis');
    for (const name of ['nothing', 'start', '', '__proto__', 'RECOMMEND'])
      expect(history(home, { tool: name }).tool).toBeNull();
  });
});

describe('adding up', () => {
  const days = [4, 3, 2, 1, 0].map(back);
  const call = fc.record({
    tool: fc.constantFrom(...vocabulary.tools),
    outcome: fc.constantFrom('success' as const, 'success' as const, ...CATEGORIES),
    milliseconds: fc.integer({ min: 1, max: 400_000 }),
    from: fc.constantFrom('start', ...vocabulary.tools),
    nth: fc.constantFrom(undefined, 1, 2, 3),
    times: fc.integer({ min: 1, max: 300 }),
  });

  async function bodyOf(day: Day, calls: readonly (typeof call extends fc.Arbitrary<infer C> ? C : never)[]) {
    const page = createPage(day);
    for (const { times, ...one } of calls)
      for (let nth = 0; nth < times; nth += 1) page.add(lineOf('tool', one.tool), callCells(one));
    const totals = mergePages([parsePage(page.bytes().toString('latin1'), day)], vocabulary);
    return freeze(totals, { day, vocabulary, schema: 1, seen: undefined, key: 'k' });
  }

  /** Event, names and measure of every number, added up from the bytes themselves. */
  function sumsOf(rows: readonly Pick<Row, 'properties'>[], events: readonly string[]) {
    const sums: Record<string, number> = {};
    rows.forEach(({ properties }, at) => {
      const names = Object.values(properties).filter(
        (value) => typeof value === 'string' && value !== '0.0.0.0' && value !== 'posthog-node',
      );
      for (const [measure, value] of Object.entries(properties)) {
        if (typeof value !== 'number') continue;
        const key = [events[at], ...names, measure].join(' ');
        sums[key] = (sums[key] ?? 0) + value;
      }
    });
    return sums;
  }

  test('the history is the sum over the reports, whatever is in them and wherever they are', async () => {
    const drawn = fc.array(
      fc.tuple(fc.constantFrom(...days), fc.boolean(), fc.array(call, { minLength: 1, maxLength: 8 })),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(drawn, async (reports) => {
        const home = testHome({ analytics: true });
        for (const folder of [home.paths.outbox, home.paths.sent]) mkdirSync(folder, { recursive: true });
        const bodies: string[] = [];
        for (const [at, [day, isSent, calls]] of reports.entries()) {
          const body = await bodyOf(day, calls);
          const name = `${day}.0000000${at}`;
          bodies.push(body);
          writeFileSync(reportPath(isSent ? home.paths.sent : home.paths.outbox, name), body);
          if (isSent)
            writeReceipt(home.paths, name, { day, outcome: 'delivered', at: day, bytes: 1, sha256: sha256(body) });
        }
        const sent = bodies.flatMap((body) => JSON.parse(body).batch as (Row & { event: string })[]);
        const shown = rowsIn(history(home).days);
        const expected = sumsOf(
          sent,
          sent.map(({ event }) => event),
        );
        expect(
          sumsOf(
            shown,
            shown.map(({ event }) => event),
          ),
        ).toEqual(expected);
        const all = addUp(shown);
        expect(
          sumsOf(
            all,
            all.map(({ event }) => event),
          ),
        ).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  test('latency is of so many calls as histograms tell, and never of more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async (calls) => {
        const rows = (JSON.parse(await bodyOf(TODAY, calls)).batch as Row[]).map(({ event, properties }) => ({
          event,
          properties,
        }));
        const timed = timedCalls(rows);
        expect(timed).toBeLessThanOrEqual(callsIn(rows));
        const exact = new Map<string, number>();
        for (const { tool, times } of calls) exact.set(tool, (exact.get(tool) ?? 0) + times);
        const rare = [...exact.values()].filter((count) => count < 5).reduce((all, count) => all + count, 0);
        expect(callsIn(rows) - timed).toBe(rare < 5 ? rare : 0);
      }),
      { numRuns: 30 },
    );
  });
});
