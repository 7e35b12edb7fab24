import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { senderOf } from '../../../src/collector/intake/rate-limit.js';
import { encode } from '../../../src/core/report/encode.js';
import { DAY, install, testCollector } from '../../support/collector.js';
import { ROOT } from '../../support/processes.js';
import { exampleReport } from '../../support/reports.js';

/** A request with a Host header of its own, which fetch does not allow; with a body, it is posted. */
function ask(url: string, headers: Record<string, string>, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method: body === undefined ? 'GET' : 'POST' }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end(body);
  });
}

describe('who may read', () => {
  test('on loopback only under a name of the machine: a page whose own name points here may not', async () => {
    const { url } = await testCollector({ allowHosts: ['stats.example.com'] });
    const { port } = new URL(url);
    const answers = await Promise.all(
      [
        `127.0.0.1:${port}`,
        `localhost:${port}`,
        '[::1]',
        'stats.example.com',
        'evil.example',
        `evil.example:${port}`,
        '127.0.0.1.evil.example',
      ].map((host) => ask(`${url}api/v1/tools`, { host })),
    );
    expect(answers).toEqual([200, 200, 200, 200, 421, 421, 421]);
    const report = await encode([install()], DAY, 'k');
    expect(await ask(`${url}batch/`, { host: 'evil.example' }, report)).toBe(421);
    expect(await ask(`${url}batch/`, { host: 'stats.example.com' }, report)).toBe(200);
  });

  test('elsewhere with the token, as a bearer token or as a password; reports need none', async () => {
    const collector = await testCollector({ host: '0.0.0.0', token: 'correct horse' });
    const url = collector.url.replace('0.0.0.0', '127.0.0.1');
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const status = (authorization?: string) =>
      ask(`${url}api/v1/tools`, authorization === undefined ? {} : { authorization });
    expect(
      await Promise.all([
        status(),
        status('Bearer wrong'),
        status('Bearer correct%20horse'),
        status(basic('me:correct horse')),
        status(basic('me:wrong')),
        status('Digest x'),
      ]),
    ).toEqual([401, 401, 401, 200, 401, 401]);
    expect(await ask(url, {})).toBe(401);
    expect(await ask(`${url}healthz`, {})).toBe(200);
    const post = await fetch(`${url}batch/`, { method: 'POST', body: await encode([install()], DAY, 'k') });
    expect(post.status).toBe(200);
  });

  test('a page in a browser can neither post nor read across sites', async () => {
    const collector = await testCollector();
    const body = await encode([install()], DAY, 'k');
    expect((await collector.post(body, { origin: 'https://evil.example' })).status).toBe(403);
    const response = await fetch(`${collector.url}api/v1/tools`, { headers: { origin: 'https://evil.example' } });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  test('another site cannot make it work: the address of a picture is refused, a link is not', async () => {
    const { url } = await testCollector();
    const from = (site: string, mode: string) =>
      ask(`${url}api/v1/tools`, { 'sec-fetch-site': site, 'sec-fetch-mode': mode });
    const answers = [
      await from('cross-site', 'no-cors'),
      await from('same-origin', 'cors'),
      await from('cross-site', 'navigate'),
    ];
    expect(answers).toEqual([403, 200, 200]);
  });

  test('what is not there is refused, whatever its form', async () => {
    const { url } = await testCollector();
    const paths = [
      'api/v1/constructor',
      'api/v1/nothing',
      'api/v1/tools.xml',
      '../package.json',
      '%2e%2e/package.json',
      'app.js/../../package.json',
    ];
    for (const path of paths) expect(await ask(`${url}${path}`, {}), path).toBe(404);
    for (const query of [
      'from=yesterday',
      'to=2026-02-30',
      'from=2026-11-23&to=2026-11-01',
      'granularity=week',
      'from=2026-11-01&from=2026-11-02',
      'from=1000-01-01',
    ]) {
      expect(await ask(`${url}api/v1/tools?${query}`, {}), query).toBe(400);
    }
  });
});

test.each([true, false])('an invented year says so: %s', async (isInvented) => {
  const collector = await testCollector({ isInvented });
  expect(await collector.get('api/v1')).toMatchObject({ isInvented, lastDay: null });
});

test('senders are told apart by address, in IPv6 by network', () => {
  const same = ['2001:db8::a:1:2:3', '2001:db8::1', '2001:db8:0:0:ffff::1'].map(senderOf);
  expect(new Set(same).size).toBe(1);
  expect(new Set(['2001:db8:0:1::1', '2001:db8::1', '::1', '1.2.3.4', '::ffff:1.2.3.5'].map(senderOf)).size).toBe(5);
  expect(senderOf('::ffff:1.2.3.4')).toBe('1.2.3.4');
});

describe('slow and many', () => {
  async function open(url: string, from: string): Promise<Socket> {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress: from });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
      socket.once('close', () => resolve());
    });
    return socket;
  }
  const closedWithin = (socket: Socket, ms: number) =>
    new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      socket.resume();
      socket.once('close', () => {
        clearTimeout(timer);
        resolve(true);
      });
    });

  test('slow headers and a slow body are ended within seconds, and others are served meanwhile', {
    timeout: 60_000,
  }, async () => {
    const collector = await testCollector();
    const headers = await open(collector.url, '127.0.0.2');
    const body = await open(collector.url, '127.0.0.3');
    headers.write('POST /batch/ HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    body.write('POST /batch/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n');
    const drip = setInterval(() => {
      headers.write('X: y\r\n');
      body.write(' ');
    }, 300);
    const both = Promise.all([closedWithin(headers, 15_000), closedWithin(body, 20_000)]);
    expect((await collector.report([install()])).status).toBe(200);
    expect(await both).toEqual([true, true]);
    clearInterval(drip);
  });

  test('ten thousand idle connections of one sender do not keep others out', { timeout: 60_000 }, async () => {
    const collector = await testCollector();
    const before = process.memoryUsage.rss();
    for (let round = 0; round < 100; round += 1) {
      await Promise.all(Array.from({ length: 100 }, () => open(collector.url, '127.0.0.2')));
    }
    expect((await collector.report([install()])).status).toBe(200);
    expect(process.memoryUsage.rss() - before).toBeLessThan(300 * 1024 * 1024); // ten thousand sockets of this process among it
  });

  test('headers beyond 8 KiB', async () => {
    const { url } = await testCollector();
    expect(await ask(url, { 'x-long': 'y'.repeat(20_000) })).toBe(431);
  });
});

describe('the API', () => {
  const openApi = JSON.parse(readFileSync(`${ROOT}docs/openapi.json`, 'utf8'));
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(openApi, 'openapi');

  const QUESTIONS = Object.keys(openApi.paths).filter((path) => /^\/api\/v1\/\w+$/.test(path));

  test.each(QUESTIONS)('%s answers as docs/openapi.json says, as JSON and as CSV', async (path) => {
    const notPooled = await testCollector({ minInstalls: 1 });
    for (const day of ['2026-11-20', '2026-11-21', '2026-11-22']) await notPooled.post(await exampleReport(day));
    const pointer = `openapi#/paths/${path.replaceAll('/', '~1')}/get/responses/200/content/application~1json/schema`;
    for (const collector of [notPooled, await pooledCollector()]) {
      for (const query of ['', '?from=2026-09-28&to=2026-11-22', '?from=2020-01-01&to=2020-01-02']) {
        const answer = await collector.get<{ rows: object[] }>(path.slice(1) + query);
        const isValid = ajv.validate({ $ref: pointer }, answer);
        expect(ajv.errors ?? [], `${path}${query}`).toEqual([]);
        expect(isValid).toBe(true);
        const response = await fetch(`${collector.url}${path.slice(1)}${query}`, { headers: { accept: 'text/csv' } });
        const lines = (await response.text()).split('\r\n').slice(0, -1);
        expect(response.headers.get('content-type')).toContain('text/csv');
        expect(lines.length).toBe(answer.rows.length + 1);
        if (answer.rows.length > 0) expect(lines[0]).toBe(Object.keys(answer.rows[0] as object).join());
      }
      const { rows } = await collector.get<{ rows: object[] }>(path.slice(1));
      expect(rows.length, 'there is something to see').toBeGreaterThan(0);
    }
  });

  /** Six installs in one week of October, two of them in another; the collector looks on 23 November. */
  async function pooledCollector() {
    const collector = await testCollector({ clock: () => now });
    now = Date.parse('2026-10-30T10:00:00Z');
    for (const [installs, day] of [
      [6, '2026-10-14'],
      [2, '2026-10-21'],
    ] as const) {
      for (let one = 0; one < installs; one += 1) {
        const first: Record<string, true> = { first_this_week: true };
        if (day === '2026-10-14') first.first_this_month = true;
        const calls = { invocations: 20, successes: 15, failures: 5, failures_network: 5, latency_le_100: 20 };
        await collector.report(
          [
            install(first),
            { event: 'tool_usage', properties: { tool: 'query', ...calls, ...first } },
            { event: 'workflow_step', properties: { from: 'start', to: 'query', count: 20 } },
            { event: 'feature_usage', properties: { feature: 'chooseSolution', uses: 1, ...first } },
            { event: 'provider_usage', properties: { provider: 'anthropic', invocations: 1, ...first } },
            { event: 'session_usage', properties: { sessions_1_tool: 20 } },
          ],
          day,
        );
      }
    }
    now = Date.parse('2026-11-23T10:00:00Z');
    return collector;
  }
  let now = 0;

  test('zero, too few and not over yet are three different values', async () => {
    const collector = await pooledCollector();
    const { rows, ...about } = await collector.get('api/v1/tools?from=2026-09-28&to=2026-11-22');
    expect(about).toMatchObject({ pooled: true, covered: { days: 7, of: 56 } });
    const found = (interval: string, tool: string) =>
      rows.find((row) => row.interval === interval && row.tool === tool) as Record<string, unknown>;
    expect(found('2026-W42', 'query')).toMatchObject({
      ...{ from: '2026-10-12', to: '2026-10-18', state: 'published', installs: 6, invocations: 120 },
      ...{ failures: 30, failures_network: 30, failures_timeout: 0 },
    });
    expect(found('2026-W43', 'query')).toMatchObject({ state: 'too few', installs: null, failures: null });
    expect(found('2026-10 rest', 'query')).toMatchObject({ state: 'too few', invocations: null });
    expect(found('2026-W42', 'operate')).toMatchObject({ state: 'too few', invocations: null });
    expect(found('2026-W47', 'query')).toMatchObject({ state: 'not over yet', invocations: null });
  });

  test('installs of a day need a published week; a week and a month are counted by their marks', async () => {
    const collector = await pooledCollector();
    const { rows } = await collector.get('api/v1/installs?from=2026-09-28&to=2026-11-22');
    const count = (granularity: string, interval: string) =>
      rows.find((row) => row.granularity === granularity && row.interval === interval);
    expect(count('day', '2026-10-14')).toMatchObject({ state: 'published', installs: 6 });
    expect(count('day', '2026-10-21')).toMatchObject({ state: 'too few', installs: null });
    expect(count('week', '2026-W42')).toMatchObject({ state: 'published', installs: 6 });
    expect(count('week', '2026-W43')).toMatchObject({ state: 'too few', installs: null });
    expect(count('week', '2026-W47')).toMatchObject({ state: 'not over yet', installs: null });
    expect(count('month', '2026-10')).toMatchObject({ from: '2026-09-28', to: '2026-11-01', installs: 6 });
    const cut = (await collector.get('api/v1/installs?from=2026-09-29&to=2026-11-22')).rows;
    expect(cut.filter(({ granularity }) => granularity === 'month')).toEqual([]);
    expect(cut.some(({ interval }) => interval === '2026-W40')).toBe(false);
  });

  test('a published number stays, whatever arrives later, and after a restart', async () => {
    const collector = await pooledCollector();
    const ask = async (at = collector) =>
      (await at.get('api/v1/tools?from=2026-10-12&to=2026-10-18')).rows.filter(({ tool }) => tool === 'query');
    const before = await ask();
    now = Date.parse('2026-11-03T10:00:00Z');
    for (let one = 0; one < 9; one += 1) {
      const first = { first_this_week: true } as const;
      await collector.report(
        [
          install(first),
          { event: 'tool_usage', properties: { tool: 'query', invocations: 1, successes: 1, ...first } },
        ],
        '2026-10-15',
      );
    }
    now = Date.parse('2026-12-23T10:00:00Z');
    expect(await ask()).toEqual(before);
    await collector.close();
    expect(await ask(await testCollector({ db: collector.db, clock: () => now }))).toEqual(before);
  });

  test('a report that is dated tomorrow does not move the period', async () => {
    const collector = await testCollector({ minInstalls: 1 });
    await collector.report([install()], '2026-11-22');
    await collector.report([install()], '2026-11-24');
    expect(await collector.get('api/v1')).toMatchObject({ lastDay: '2026-11-22', today: '2026-11-23' });
    expect(await collector.get('api/v1/tools')).toMatchObject({ to: '2026-11-22' });
  });

  test('each refusal says what it is', async () => {
    const { url } = await testCollector();
    const kind = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(`${url}${path}`, init);
      const { type, status } = (await response.json()) as { type: string; status: number };
      expect(status).toBe(response.status);
      return [status, type, response.headers.get('allow')];
    };
    expect(await kind('api/v1/nothing')).toEqual([404, 'not_found', null]);
    expect(await kind('api/v1/tools?from=x')).toEqual([400, 'validation_error', null]);
    expect(await kind('api/v1/tools', { method: 'POST' })).toEqual([405, 'method_not_allowed', 'GET, HEAD']);
    expect(await kind('', { method: 'DELETE' })).toEqual([405, 'method_not_allowed', 'GET, HEAD']);
    expect(await kind('batch/')).toEqual([405, 'method_not_allowed', 'POST']);
    const guarded = await testCollector({ host: '0.0.0.0', token: 'a token of this test' });
    const answer = await fetch(`${guarded.url.replace('0.0.0.0', '127.0.0.1')}api/v1`);
    expect([answer.status, ((await answer.json()) as { type: string }).type]).toEqual([401, 'authentication_error']);
  });

  test.each([
    ['text/csv', 'text/csv'],
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['text/*;q=0.9, application/json;q=0.8', 'text/csv'],
    ['text/csv;q=0.5, application/json', 'application/json'],
    ['text/html, text/csv;q=0', 'application/json'],
  ])('Accept: %s gives %s', async (accept, expected) => {
    const { url } = await testCollector();
    const { headers } = await fetch(`${url}api/v1/tools`, { headers: { accept } });
    expect(headers.get('content-type')).toContain(expected);
    expect(headers.get('vary')).toContain('Accept');
  });

  test('an answer is compressed, and is not sent again if it has not changed', async () => {
    const collector = await pooledCollector();
    const url = `${collector.url}api/v1/tools?from=2026-09-28&to=2026-11-22`;
    const { headers } = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    expect(headers.get('content-encoding')).toBe('gzip');
    expect(headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(url, {
      headers: { 'if-none-match': headers.get('etag') ?? '', 'accept-encoding': 'gzip' },
    });
    expect(again.status).toBe(304);
  });

  test('/api/v1/openapi.json is docs/openapi.json', async () => {
    const collector = await testCollector();
    expect(await collector.get('api/v1/openapi.json')).toEqual(openApi);
  });

  test('a quantile lies in its cell', async () => {
    const collector = await testCollector({ minInstalls: 1 });
    await collector.report([
      {
        event: 'tool_usage',
        properties: {
          tool: 'query',
          invocations: 100,
          successes: 100,
          latency_le_100: 50,
          latency_le_200: 45,
          latency_le_inf: 5,
        },
      },
    ]);
    const { rows } = await collector.get('api/v1/latency');
    expect(rows).toEqual([
      expect.objectContaining({ tool: 'query', p50: 100, p95: 200, with_latency: 100, invocations: 100 }),
    ]);
  });
});
