import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Destination, resolveDestination } from '../../../src/core/consent/destination.js';
import { createGate } from '../../../src/core/consent/gate.js';
import type { Result } from '../../../src/core/deliver/attempt.js';
import { deliver } from '../../../src/core/deliver/delivery.js';
import { takeClosed } from '../../../src/core/deliver/outbox.js';
import { readPause } from '../../../src/core/deliver/pace.js';
import { reportPath } from '../../../src/core/deliver/report-files.js';
import { readPreview } from '../../../src/core/inspect/preview.js';
import { readSent } from '../../../src/core/inspect/sent.js';
import { closedPath } from '../../../src/core/report/closed-files.js';
import { openEnvelope } from '../../../src/schema/envelope.js';
import { fixedClock, type MemoryDestination, memoryDestination, type Respond } from '../../../src/testing/index.js';
import { type TestHome, testHome, tree } from '../../support/home.js';
import { exampleReport, putReport } from '../../support/reports.js';
import { until, vocabulary } from '../../support/tracker.js';

const DAY = '2026-11-22';
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

let received: MemoryDestination;
beforeEach(async () => {
  received = await memoryDestination('phc_here');
});
afterEach(() => received.close());

/** A home with one report in its outbox. */
async function waitingHome(day = DAY, key = 'phc_here'): Promise<TestHome> {
  const home = testHome({ analytics: true });
  await putReport(home, day, key);
  return home;
}

interface Options {
  readonly to?: Destination;
  readonly clock?: ReturnType<typeof fixedClock>;
  readonly now?: boolean;
  readonly signal?: AbortSignal;
}

async function pass(
  home: TestHome,
  { to, clock = fixedClock(`2026-11-23T02:00:00Z`), now = false, signal = new AbortController().signal }: Options = {},
): Promise<Result[]> {
  const results: Result[] = [];
  await deliver({
    home: home.paths,
    gate: createGate(home.env, home.paths),
    destination: to ?? destinationOf(received.posthog),
    vocabulary,
    clock,
    signal,
    background: false,
    lookup: 'cancellable',
    obeys: now ? 'retry-after' : 'pace',
    onReport: (_name, result) => results.push(result),
  });
  return results;
}

function destinationOf(posthog: { host: string; key: string }): Destination {
  const { destination } = resolveDestination({}, undefined, posthog);
  if (destination === null) throw new Error('not a destination');
  return destination;
}

const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Respond =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);

const folders = ({ paths }: TestHome) => ({
  outbox: readdirSync(paths.outbox).filter((name) => name !== 'next.json'),
  sending: readdirSync(paths.sending),
  sent: Object.keys(tree(paths.data))
    .filter((name) => name.startsWith('sent/'))
    .sort(),
});

describe('P5: preview is the wire', () => {
  test('previewed, received and kept bytes are the same, and so are method, URL and every header', async () => {
    const home = await waitingHome();
    const env = { ...home.env, ...received.env };
    const { requests } = await readPreview({ env });
    const [previewed] = requests;
    await pass(home);
    const [request] = received.requests;
    const [sent] = readSent({ env: home.env }).reports;
    expect(requests).toHaveLength(1);
    expect(previewed).toMatchObject({ state: 'final', method: 'POST', url: `${received.posthog.host}/batch/` });
    expect(request?.body.toString()).toBe(previewed?.body);
    expect(request).toMatchObject({ method: 'POST', path: '/batch/' });
    expect(request?.rawHeaders).toEqual(Object.entries(previewed?.headers ?? {}).flat());
    expect(new Set([previewed?.sha256, sha256(request?.body ?? ''), sent?.sha256, sha256(sent?.body ?? '')]).size).toBe(
      1,
    );
    expect(openEnvelope(previewed?.body ?? '', vocabulary)).toHaveProperty('report');
    expect(folders(home)).toEqual({ outbox: [], sending: [], sent: [`sent/${DAY}.json`, `sent/${DAY}.receipt.json`] });
  });

  test('for another destination the key changes, in the preview and on the wire; ids and order stay', async () => {
    const home = await waitingHome(DAY, 'phc_elsewhere');
    const before = JSON.parse(readFileSync(reportPath(home.paths.outbox, DAY), 'utf8'));
    const { requests } = await readPreview({ env: { ...home.env, ...received.env } });
    await pass(home);
    const body = received.requests[0]?.body.toString() ?? '';
    expect(body).toBe(requests[0]?.body);
    expect(JSON.parse(body)).toEqual({ ...before, api_key: 'phc_here' });
    expect(readSent({ env: home.env }).reports[0]).toMatchObject({ body, copy: 'intact' });
  });
});

describe('what an answer means', () => {
  test.each([
    [200, '{"status":1}', 'delivered'],
    [200, '{"status":"Ok"}', 'delivered'],
    [200, '<html>Please log in</html>', 'retry'],
    [200, '{"status":0}', 'retry'],
    [204, '', 'retry'],
    [301, '', 'retry'],
    [302, '', 'retry'],
    [307, '', 'retry'],
    [400, '{"error":"x"}', 'rejected'],
    [413, '', 'rejected'],
    [401, '', 'unauthorized'],
    [403, '', 'unauthorized'],
    [404, '', 'retry'],
    [408, '', 'retry'],
    [429, '', 'retry'],
    [500, '', 'retry'],
    [503, '{"status":1}', 'retry'],
  ] as const)('HTTP %d %j: %s', async (status, body, verdict) => {
    const elsewhere = await memoryDestination();
    onTestFinished(elsewhere.close);
    received.respondWith(answer(status, body, { location: `${elsewhere.posthog.host}/batch/` }));
    const home = await waitingHome();
    const before = readFileSync(reportPath(home.paths.outbox, DAY), 'utf8');
    expect(await pass(home)).toMatchObject([{ verdict, reason: `HTTP ${status}` }]);
    expect(elsewhere.requests).toEqual([]); // a redirect is never followed
    const [kept] = readSent({ env: home.env }).reports;
    if (verdict === 'delivered' || verdict === 'rejected') {
      expect(kept).toMatchObject({ outcome: verdict, status, body: before, copy: 'intact' });
      expect(folders(home).outbox).toEqual([]);
    } else {
      expect(kept).toBeUndefined();
      expect(readFileSync(reportPath(home.paths.outbox, DAY), 'utf8')).toBe(before);
      expect(readPause(home.paths, received.posthog, Date.parse('2026-11-23T02:00:00Z'))).toMatchObject({
        reason: `HTTP ${status}`,
        isUnauthorized: verdict === 'unauthorized',
      });
    }
    expect(folders(home).sending).toEqual([]);
  });

  test('refused, reset, half an answer: kept', async () => {
    const home = await waitingHome();
    const closed = await memoryDestination();
    await closed.close();
    expect(await pass(home, { to: destinationOf(closed.posthog) })).toMatchObject([
      { verdict: 'retry', reason: 'ECONNREFUSED' },
    ]);
    received.respondWith((_request, response) => response.destroy());
    expect(await pass(home, { now: true })).toMatchObject([{ verdict: 'retry' }]);
    received.respondWith((_request, response) => {
      response.writeHead(200, { 'content-length': '12' }).write('{"stat');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await pass(home, { now: true })).toMatchObject([{ verdict: 'retry' }]);
    expect(folders(home)).toMatchObject({ outbox: [`${DAY}.json`], sent: [] });
  });

  test('no answer within 3 s: kept', async () => {
    const home = await waitingHome();
    received.respondWith(() => {});
    const from = performance.now();
    expect(await pass(home)).toMatchObject([{ verdict: 'retry', reason: 'NO_ANSWER' }]);
    expect(performance.now() - from).toBeGreaterThan(2_500);
    expect(folders(home).outbox).toEqual([`${DAY}.json`]);
  });
});

describe('waiting', () => {
  test('Retry-After is honored, also when a person sends now', async () => {
    const home = await waitingHome();
    const clock = fixedClock('2026-11-23T02:00:00Z');
    received.respondWith(answer(429, '', { 'retry-after': '7200' }));
    await pass(home, { clock });
    received.respondWith();
    clock.set('2026-11-23T03:59:00Z');
    expect(await pass(home, { clock, now: true })).toEqual([]);
    clock.set('2026-11-23T04:59:59Z');
    expect(await pass(home, { clock })).toEqual([]); // it is a floor, to which a server adds one to three hours
    clock.set('2026-11-23T07:00:01Z');
    expect(await pass(home, { clock })).toMatchObject([{ verdict: 'delivered' }]);
  });

  test('after each failure in a row the wait grows, from one to three hours up to a day, and a success ends that', async () => {
    const home = await waitingHome();
    const clock = fixedClock('2026-11-23T02:00:00Z');
    const waits: number[] = [];
    received.respondWith(answer(500));
    for (let failure = 0; failure < 16; failure += 1) {
      await pass(home, { clock, now: true });
      const { until = 0 } = readPause(home.paths, received.posthog, clock()) ?? {};
      waits.push((until - clock()) / 60_000);
    }
    waits.forEach((wait, index) => {
      const backOff = 2 ** index;
      expect(wait).toBeGreaterThanOrEqual(Math.max(59.9, Math.min(backOff, 1440) * 0.499));
      expect(wait).toBeLessThanOrEqual(Math.max(180.1, Math.min(backOff, 1440) * 1.001));
    });
    received.respondWith();
    await pass(home, { clock, now: true });
    expect(readPause(home.paths, received.posthog, clock())).toMatchObject({ failures: 0, reason: '' });
  });

  test('P4: no answer makes several days arrive together: one attempt, then one to three hours', async () => {
    const home = await waitingHome();
    for (const day of ['2026-11-19', '2026-11-20', '2026-11-21']) await putReport(home, day);
    const clock = fixedClock('2026-11-23T02:00:00Z');
    const arrivals: number[] = [];
    for (const status of [500, 500, 200, 200, 200, 200]) {
      received.respondWith(status === 200 ? undefined : answer(status));
      while ((await pass(home, { clock })).length === 0) clock.advance(60_000);
      arrivals.push(clock());
    }
    const hours = arrivals.slice(1).map((at, index) => (at - (arrivals[index] as number)) / 3_600_000);
    for (const wait of hours) {
      expect(wait).toBeGreaterThanOrEqual(0.99);
      expect(wait).toBeLessThanOrEqual(3.05);
    }
    expect(folders(home).outbox).toEqual([]);
  });

  test.each(['100 Continue', '102 Processing', '103 Early Hints'])(
    'P6: a flood of %s ends the attempt',
    async (line) => {
      const home = await waitingHome();
      const flood = createServer((socket) => {
        const write = (): void => {
          while (socket.writable && socket.write(`HTTP/1.1 ${line}\r\n\r\n`));
        };
        socket.on('error', () => {}).on('drain', write);
        socket.once('data', write);
      });
      await new Promise<void>((resolve) => flood.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void flood.close());
      const host = `http://127.0.0.1:${(flood.address() as AddressInfo).port}`;
      const results = await pass(home, { to: destinationOf({ host, key: 'phc_here' }) });
      expect(results).toMatchObject([{ verdict: 'retry', reason: 'more than 8 interim answers' }]);
    },
  );

  describe('P4: the wait begins with the attempt, whatever becomes of it', () => {
    const days = ['2026-11-19', '2026-11-20', '2026-11-21'];
    async function home() {
      const made = await waitingHome();
      for (const day of days) await putReport(made, day);
      return made;
    }

    test('several servers, and a destination that answers slowly: one of them sends', async () => {
      const shared = await home();
      received.respondWith((_request, response) => void setTimeout(() => response.end('{"status":1}'), 200));
      await Promise.all(Array.from({ length: 8 }, () => pass(shared)));
      expect(received.requests).toHaveLength(1);
    });

    test('the sender ends before the answer', async () => {
      const shared = await home();
      received.respondWith(() => {});
      const ending = new AbortController();
      const sending = pass(shared, { signal: ending.signal });
      await until(() => received.requests.length > 0);
      ending.abort();
      expect(await sending).toMatchObject([{ verdict: 'skipped', reason: 'out of time' }]);
      expect(await pass(shared)).toEqual([]);
      expect(received.requests).toHaveLength(1);
    });

    test('sent/ cannot be written', async () => {
      const shared = await home();
      writeFileSync(shared.paths.sent, '');
      await pass(shared);
      await pass(shared);
      expect(received.requests).toHaveLength(1);
    });

    test('a folder is in the way of the wait: it is put aside', async () => {
      const shared = await home();
      mkdirSync(`${shared.paths.outbox}/next.json/inside`, { recursive: true });
      await pass(shared);
      await pass(shared);
      expect(received.requests).toHaveLength(1);
    });
  });

  test('P4: a report is due at a random time within twelve hours after its day was closed', async () => {
    const waits: number[] = [];
    for (let home = 0; home < 30; home += 1) {
      const { paths, env } = testHome({ analytics: true });
      mkdirSync(paths.spool, { recursive: true });
      writeFileSync(closedPath(paths, DAY), await exampleReport(DAY));
      const now = Date.parse('2026-11-23T02:00:00Z');
      takeClosed(paths, createGate(env, paths), now);
      waits.push((statSync(reportPath(paths.outbox, DAY)).mtimeMs - now) / 3_600_000);
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(12);
    expect(new Set(waits.map((wait) => Math.floor(wait / 3))).size, 'spread over the twelve hours').toBe(4);
  });

  test('a report that is not due waits, and a person who sends now does not', async () => {
    const home = await waitingHome();
    const clock = fixedClock('2026-11-23T02:00:00Z');
    const due = Date.parse('2026-11-23T09:00:00Z') / 1000;
    utimesSync(reportPath(home.paths.outbox, DAY), due, due);
    expect(await pass(home, { clock })).toEqual([]);
    expect(await pass(home, { clock, now: true })).toMatchObject([{ verdict: 'delivered' }]);
  });

  test('a refused key waits for half a day to a day, and a new destination does not wait', async () => {
    const home = await waitingHome();
    const clock = fixedClock('2026-11-23T02:00:00Z');
    received.respondWith(answer(401));
    await pass(home, { clock });
    clock.advance(11.9 * 3_600_000);
    expect(await pass(home, { clock })).toEqual([]);
    received.respondWith();
    expect(await pass(home, { clock, to: destinationOf({ ...received.posthog, key: 'phc_new' }) })).toMatchObject([
      { verdict: 'delivered' },
    ]);
  });

  test.each([
    '{',
    '{"until": 1e308}',
    '{"until":9e15,"askedUntil":9e15,"failures":1,"reason":"x","isUnauthorized":false}',
    '[]',
  ])('a hostile pause file %j holds up no delivery', async (text) => {
    const home = await waitingHome();
    const { host, key } = received.posthog;
    writeFileSync(
      `${home.paths.outbox}/next.json`,
      text.startsWith('{"until":9') ? text.replace('{', `{"host":"${host}","key":"${key}",`) : text,
    );
    expect(await pass(home)).toMatchObject([{ verdict: 'delivered' }]);
  });
});

describe('P3: a body that is not of the closed world is never sent', () => {
  test.each([
    ['a secret in a property', (text: string) => text.replace('"recommend"', '"SECRET"')],
    ['an added property', (text: string) => text.replace('"invocations"', '"SECRET":1,"invocations"')],
    ['a torn file', (text: string) => text.slice(0, -10)],
    ['another file', () => 'SECRET'],
    ['a sent_at', (text: string) => text.replace(/\}$/, ',"sent_at":"2026-11-23T02:00:00Z"}')],
  ])('%s', async (_name, damage) => {
    const home = await waitingHome();
    const path = reportPath(home.paths.outbox, DAY);
    const damaged = damage(readFileSync(path, 'utf8'));
    writeFileSync(path, damaged);
    expect(await pass(home)).toMatchObject([{ verdict: 'skipped' }]);
    expect(received.requests).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe(damaged);
    expect((await readPreview({ env: home.env })).requests).toEqual([]);
  });
});

test('two deliverers at once: each report is sent once', async () => {
  const home = await waitingHome();
  received.respondWith((_request, response) => setTimeout(() => response.writeHead(200).end('{"status":1}'), 100));
  await Promise.all([pass(home), pass(home), pass(home)]);
  expect(received.requests).toHaveLength(1);
});

test('the connection is closed after each request', async () => {
  const home = await waitingHome();
  let closed = () => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  received.respondWith((_request, response) => {
    response.socket?.on('close', closed);
    response.writeHead(200).end('{"status":1}');
  });
  await pass(home);
  await isClosed;
});

test('P7: a pass that nobody listens to also puts back what an ended process was sending, and drops what is too old', async () => {
  const home = await waitingHome();
  await putReport(home, '2026-10-20', 'phc_here');
  await putReport(home, '2026-11-21', 'phc_here', home.paths.sending);
  await deliver({
    home: home.paths,
    gate: createGate(home.env, home.paths),
    destination: destinationOf(received.posthog),
    vocabulary,
    clock: fixedClock('2026-11-23T02:00:00Z'),
    signal: new AbortController().signal,
    background: false,
    lookup: 'cancellable',
    obeys: 'nothing',
  });
  expect(received.requests).toHaveLength(2);
  expect(readSent({ env: home.env }).reports.map(({ day, outcome }) => [day, outcome])).toEqual([
    ['2026-10-20', 'dropped'],
    ['2026-11-21', 'delivered'],
    [DAY, 'delivered'],
  ]);
});
