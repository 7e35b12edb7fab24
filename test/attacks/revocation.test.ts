import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Destination, resolveDestination } from '../../src/core/consent/destination.js';
import { createGate } from '../../src/core/consent/gate.js';
import { clearData } from '../../src/core/control/clear-data.js';
import { setAnalytics } from '../../src/core/control/set-analytics.js';
import { deliver } from '../../src/core/deliver/delivery.js';
import { readStatus } from '../../src/core/inspect/status.js';
import { countOn, createSpool, openPage, unclosedPages } from '../../src/core/record/spool.js';
import { randomFrom } from '../../src/simulation/random.js';
import { fixedClock } from '../../src/testing/index.js';
import { report, SEED } from '../support/attack.js';
import { countedRows, countedTool } from '../support/counted.js';
import { checkingDestination } from '../support/destination.js';
import { type TestHome, testHome, tree, writeConfig } from '../support/home.js';
import { cli, run, runScript } from '../support/processes.js';
import { putReport } from '../support/reports.js';
import { nextLook, testTracker, until, vocabulary } from '../support/tracker.js';

const hasStrace = (await run('strace', ['-V']).catch(() => ({ code: 1 }))).code === 0;
if (!hasStrace) process.stderr.write('SKIPPED: strace is not installed, so disable is not killed in its steps\n');

/** Without what a killed change of config.json left beside it; the next change sweeps it up when it is an hour old. */
const dataFiles = (home: TestHome) =>
  Object.keys(tree(home.folder)).filter((name) => !/config\.json$|server\.json$|^\.dot-ai\/\.analytics-tmp/.test(name));

/** All that is drawn by lot here, so that a run can be repeated with its seed. */
const random = randomFrom(SEED);

/** A program's loop that calls a tool for so many ms. It lets other work run after a number of calls that is drawn. */
function loadFor(ms: number, meanCalls: number): string {
  const lengths = Array.from({ length: 100 }, () => Math.ceil(2 * meanCalls * random()));
  return `
      const until = Date.now() + ${ms};
      const lengths = ${JSON.stringify(lengths)};
      for (let turn = 0; Date.now() < until; turn += 1) {
        for (let call = 0; call < lengths[turn % lengths.length]; call += 1) await session.run('query', async () => ({}));
        await new Promise(setImmediate);
      }`;
}

describe('P10: no means no, now', () => {
  test('after disable a running server records nothing more, and nothing unsent is left', async () => {
    const home = testHome({ analytics: true });
    const { analytics, use } = testTracker(home);
    await use('query', 3);
    await putReport(home, '2026-11-21');
    await setAnalytics(false, { env: home.env });
    expect(dataFiles(home)).toEqual([]);
    await use('query', 3);
    expect(dataFiles(home)).toEqual([]);
    await analytics.close();
    expect(dataFiles(home)).toEqual([]);
  });

  test('while a report is being sent: the sender gives up, disable waits for it, and nothing is left', async () => {
    const home = testHome({ analytics: true });
    const received = await checkingDestination(home);
    let closed = false;
    received.respondWith((_request, response) => {
      response.on('close', () => {
        closed = true;
      }); // and never answers
    });
    await putReport(home, '2026-11-21');
    const { analytics, clock, use } = testTracker(
      home,
      { posthog: received.posthog },
      { now: '2026-11-23T10:00:00Z', timing: { tick: 5, startSpread: 1, interval: 5 } },
    );
    clock.advance(100);
    await until(() => received.requests.length === 1, 'a request');
    await setAnalytics(false, { env: home.env });
    const after = received.requests.length;
    await until(() => closed, 'the end of the connection');
    expect(dataFiles(home)).toEqual([]);
    await use('query', 5);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(received.requests).toHaveLength(after);
    expect(dataFiles(home)).toEqual([]);
    await analytics.close();
  });

  test('eight servers under load: from the moment it returns no count and no file comes back', async () => {
    const home = testHome({ analytics: true });
    const source = () => `
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      const session = createAnalytics({ ...dotAiVocabulary, ephemeral: false }).session();
      ${loadFor(1_500, 100)}`;
    const servers = Array.from({ length: 8 }, () => runScript(source(), { env: home.env }));
    await until(() => dataFiles(home).filter((name) => name.includes('spool')).length === 8, 'eight spool files');
    await setAnalytics(false, { env: home.env });
    const at = dataFiles(home);
    const results = await Promise.all(servers);
    expect(at).toEqual([]);
    expect(dataFiles(home)).toEqual([]);
    expect(results.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(results.map(() => '0'));
    report('opt-out under load', { servers: 8, filesAfter: 0 });
  });

  test('P10: an opt-out that is written by hand is noticed within 50 ms, without any tick', async () => {
    const home = testHome({ analytics: true });
    const timing = { tick: 1e6, startSpread: 1e9, interval: 1e9 };
    const { analytics, use } = testTracker(home, {}, { now: '2026-11-23T10:00:00Z', timing });
    await use('query', 3);
    writeConfig(home.paths, { analytics: false });
    await nextLook();
    await use('query', 1);
    expect(dataFiles(home)).toEqual([]);
    await analytics.close();
  });

  test('P10: a file that a server creates at the very moment of the opt-out is taken back, and none after it', () => {
    const home = testHome({ analytics: true });
    const on = createGate(home.env, home.paths).check();
    const answering = (...answers: boolean[]) => ({
      isFixed: false,
      check: () => ({ ...on, enabled: answers.shift() ?? false }),
      changes: () => 0,
    });
    // The opt-out is written before the file is created, or between its creation and the first byte in it.
    for (const [answers, created] of [
      [[false], 0],
      [[true, false], 1],
    ] as const) {
      const spool = createSpool(home.paths, answering(...answers), vocabulary);
      countOn(spool, openPage(spool, '2026-11-23'), 'tool query', ['successes']);
      expect(dataFiles(home)).toEqual([]);
      expect(existsSync(home.paths.spool), 'the folder that is made for a file').toBe(created > 0);
      expect(unclosedPages(spool)).toEqual([]);
    }
  });

  test('a sender that has no timer but its own gives up within a moment', async () => {
    const home = testHome({ analytics: true });
    const received = await checkingDestination(home);
    received.respondWith(() => {});
    await putReport(home, '2026-11-21');
    const { destination: to } = resolveDestination({}, undefined, received.posthog);
    const results: string[] = [];
    const pass = deliver({
      home: home.paths,
      gate: createGate(home.env, home.paths),
      destination: to as Destination,
      vocabulary,
      clock: fixedClock('2026-11-23T02:00:00Z'),
      signal: new AbortController().signal,
      background: false,
      lookup: 'cancellable',
      onReport: (_name, { verdict, reason }) => results.push(`${verdict} ${reason}`),
    });
    await until(() => received.requests.length === 1, 'a request');
    await setAnalytics(false, { env: home.env });
    await pass;
    expect(results).toEqual(['skipped off']);
    expect(dataFiles(home)).toEqual([]);
  });

  test('a server that is still writing temporary files when `disable` deletes does not make it fail', async () => {
    const home = testHome({ analytics: true });
    await putReport(home, '2026-11-21');
    mkdirSync(home.paths.spool, { recursive: true, mode: 0o700 });
    const server = spawn(process.execPath, ['--input-type=module', '-e', WRITER, home.paths.config, home.paths.spool]);
    onTestFinished(() => void server.kill());
    await new Promise((resolve) => server.stdout.once('data', resolve));
    await setAnalytics(false, { env: home.env });
    // On a loaded machine the program above can be late with its last ones.
    expect(dataFiles(home).filter((name) => !name.includes('.analytics-tmp-'))).toEqual([]);
  });

  test('a claim that a killed sender left is deleted without waiting for it', async () => {
    const home = testHome({ analytics: true });
    await putReport(home, '2026-11-21', 'phc_test', home.paths.sending);
    utimesSync(join(home.paths.sending, '2026-11-21.json'), 0, 0);
    const from = performance.now();
    await setAnalytics(false, { env: home.env });
    expect(performance.now() - from).toBeLessThan(3_500); // it would be waited for 4000
    expect(dataFiles(home)).toEqual([]);
  });

  test('a call while off, or before it, leaves no trace in what is counted after a later opt-in', async () => {
    const home = testHome({ analytics: true });
    const { analytics } = testTracker(home);
    const session = analytics.session();
    const use = (tool: 'remediate' | 'operate' | 'query') => session.run(tool, async () => ({}));
    await use('remediate');
    await setAnalytics(false, { env: home.env });
    await use('operate');
    await setAnalytics(true, { env: home.env });
    await until(async () => {
      await use('query');
      return countedTool(home.paths, vocabulary, 'query') !== undefined;
    });
    expect(JSON.stringify(countedRows(home.paths, vocabulary))).not.toMatch(/remediate|operate/);
    expect(countedRows(home.paths, vocabulary)).toContainEqual({
      event: 'session_usage',
      properties: { sessions_1_tool: 1 },
    });
    await analytics.close();
  });

  test('reports that were left by an opt-out written by hand are not sent after a later opt-in', async () => {
    const home = testHome({ analytics: false });
    await putReport(home, '2026-11-21');
    await setAnalytics(true, { env: home.env });
    expect(dataFiles(home)).toEqual([]);
  });

  test('sent copies stay for the user to read, and go with purge', async () => {
    const home = testHome({ analytics: true });
    await putReport(home, '2026-11-21', 'phc_test', home.paths.sent);
    await setAnalytics(false, { env: home.env });
    expect(dataFiles(home)).toEqual(['.dot-ai/analytics/sent/2026-11-21.json']);
    await setAnalytics(false, { env: home.env, purge: true });
    expect(Object.keys(tree(home.folder))).toEqual(['.dot-ai/config.json']);
  });

  test('never through a symbolic link: what stands elsewhere is not deleted', async () => {
    const home = testHome({ analytics: true });
    const elsewhere = join(home.folder, 'elsewhere');
    mkdirSync(join(elsewhere, 'spool'), { recursive: true });
    writeFileSync(join(elsewhere, 'spool', 'precious'), 'x');
    symlinkSync(elsewhere, home.paths.data);
    expect(await setAnalytics(false, { env: home.env })).toMatchObject({
      consent: { enabled: false },
      deleted: false,
      problem: { code: 'DATA_NOT_DELETED', message: expect.stringContaining('symbolic link') },
    });
    expect(dataFiles(home)).toContain('elsewhere/spool/precious');
  });
});

describe.runIf(hasStrace)('P10: a kill in each step of disable', () => {
  test.each(['rename', 'unlink', 'mkdir', 'fsync'])(
    'killed in each of its calls of %s(2): on and whole, or off for good; the next disable finishes',
    async (call) => {
      let kills = 0;
      for (let number = 1; number <= 20; number += 1) {
        const home = testHome('{\n  "model": "kept",\n  "analytics": true\n}\n');
        const { analytics, use } = testTracker(home);
        await use('query', 3);
        await analytics.close();
        await putReport(home, '2026-11-20');
        await putReport(home, '2026-11-21', 'phc_test', home.paths.sending);
        utimesSync(join(home.paths.sending, '2026-11-21.json'), 0, 0); // a killed sender's
        const before = dataFiles(home);
        const under = [
          'strace',
          '-f',
          '-qq',
          '-o',
          '/dev/null',
          '-e',
          `trace=${call}`,
          '-e',
          `inject=${call}:signal=SIGKILL:when=${number}`,
        ];
        const { code } = await cli(['disable'], { env: home.env, under });
        const { enabled } = readStatus({ env: home.env });
        expect(JSON.parse(tree(home.folder)['.dot-ai/config.json'] ?? '')).toMatchObject({
          model: 'kept',
          analytics: enabled,
        });
        if (code === 0) {
          expect([enabled, dataFiles(home)]).toEqual([false, []]);
          break; // there is no such call any more
        }
        kills += 1;
        // Nothing is deleted before the opt-out is on disk; once it is, no server sends what is left.
        if (enabled) expect(dataFiles(home)).toEqual(expect.arrayContaining(before));
        const received = await checkingDestination(home);
        const server = testTracker(
          home,
          { posthog: received.posthog },
          { now: '2026-11-23T10:00:00Z', timing: { tick: 3, startSpread: 1, interval: 1 } },
        );
        if (!enabled) {
          server.clock.advance(100);
          await server.use('query', 2);
          await new Promise((resolve) => setTimeout(resolve, 40));
          expect(received.requests).toEqual([]);
        }
        await server.analytics.close();
        const again = await cli(['disable'], { env: home.env });
        expect(again.code, `disable after a kill in ${call} ${number}: ${again.stderr}`).toBe(0);
        expect(dataFiles(home)).toEqual([]);
        await setAnalytics(true, { env: home.env });
        expect(dataFiles(home)).toEqual([]);
      }
      report('killed in disable', { call, kills });
      if (call === 'rename' || call === 'unlink') expect(kills).toBeGreaterThan(0);
    },
  );
});

test('P10: eight servers under load, each of which sends: after disable no byte leaves, and no file comes back', async () => {
  const home = testHome({ analytics: true });
  const received = await checkingDestination(home);
  let bytes = 0;
  received.respondWith((_request, response) => {
    bytes += 1;
    setTimeout(() => response.writeHead(200).end('{"status":1}'), 500 + 500 * random());
  });
  for (let day = 1; day <= 20; day += 1) await putReport(home, `2026-11-${String(day).padStart(2, '0')}`);
  const source = () => `
    import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
    const now = Date.parse('2026-11-22T10:00:00Z') - performance.now();
    const analytics = createAnalytics(
      { ...dotAiVocabulary, ephemeral: false, posthog: ${JSON.stringify(received.posthog)} },
      { clock: () => now + performance.now(), timing: { tick: 5, startSpread: 1, interval: 5 } },
    );
    const session = analytics.session();
    ${loadFor(2_500, 50)}
    await analytics.close();`;
  const servers = Array.from({ length: 8 }, () => runScript(source(), { env: home.env }));
  await until(
    () => bytes >= 3 && dataFiles(home).filter((name) => name.includes('spool/')).length === 8,
    'load, and a send in flight',
  );
  const { code } = await cli(['disable', '--purge'], { env: home.env });
  const [requests, files] = [received.requests.length, Object.keys(tree(home.folder))];
  const results = await Promise.all(servers);
  expect(code).toBe(0);
  expect(requests).toBeLessThan(20); // some were never begun
  expect(files).toEqual(['.dot-ai/config.json']);
  expect(received.requests.length).toBe(requests);
  expect(Object.keys(tree(home.folder))).toEqual(['.dot-ai/config.json']);
  expect(results.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(results.map(() => '0'));
  report('disable under load', { servers: 8, requestsBefore: requests, requestsAfter: 0 });
});

test('P7: a call right after clear returned is on disk, whatever the server saw just before', async () => {
  const home = testHome({ analytics: true });
  const { analytics, use } = testTracker(home);
  for (let round = 0; round < 5; round += 1) {
    await nextLook();
    await use('query', 3); // the server has looked now
    await clearData(home.env);
    await use('query', 2);
    expect(countedTool(home.paths, vocabulary, 'query')).toMatchObject({ invocations: 2 });
  }
  await analytics.close();
});

test('clear: a running server begins anew, and what was cleared is never sent', async () => {
  const home = testHome({ analytics: true });
  const received = await checkingDestination(home);
  const { analytics, use } = testTracker(home, { posthog: received.posthog, ephemeral: true });
  await use('query', 7);
  expect(await clearData(home.env)).toBe(true);
  expect(dataFiles(home)).toEqual(['.dot-ai/analytics/recipient.json']); // it belongs to the consent
  await use('recommend', 2);
  await analytics.close();
  expect(received.requests).toHaveLength(1);
  expect(received.requests[0]?.body.toString()).not.toContain('query');
  expect(received.requests[0]?.body.toString()).toContain('recommend');
});

/** Writes temporary files as fast as it can, and goes on for 150 ms after the opt-out. */
const WRITER = `
  import { readFileSync, writeFileSync } from 'node:fs';
  const [config, spool] = process.argv.slice(1);
  console.log('ready');
  let end = Infinity;
  for (let number = 0; performance.now() < end; number += 1) {
    writeFileSync(spool + '/.analytics-tmp-' + number, '');
    if (end === Infinity && readFileSync(config, 'utf8').includes('false')) end = performance.now() + 150;
  }`;
