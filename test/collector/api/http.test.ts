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

/** A request with a Host header of its own, which fetch does not allow. */
function get(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
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
      ].map((host) => get(`${url}api/v1/tools`, { host })),
    );
    expect(answers).toEqual([200, 200, 200, 200, 421, 421, 421]);
  });

  test('elsewhere with the token, as a bearer token or as a password; reports need none', async () => {
    const collector = await testCollector({ host: '0.0.0.0', token: 'correct horse' });
    const url = collector.url.replace('0.0.0.0', '127.0.0.1');
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const status = (authorization?: string) =>
      get(`${url}api/v1/tools`, authorization === undefined ? {} : { authorization });
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
    expect(await get(url, {})).toBe(401);
    expect(await get(`${url}healthz`, {})).toBe(200);
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
      get(`${url}api/v1/tools`, { 'sec-fetch-site': site, 'sec-fetch-mode': mode });
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
    for (const path of paths) expect(await get(`${url}${path}`, {}), path).toBe(404);
    expect(await get(`${url}batch/`, {})).toBe(405);
    for (const query of [
      'from=yesterday',
      'to=2026-02-30',
      'from=2026-11-23&to=2026-11-01',
      'granularity=hour',
      'granularty=week',
      'from=1000-01-01',
    ]) {
      expect(await get(`${url}api/v1/tools?${query}`, {}), query).toBe(400);
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
    expect(await get(url, { 'x-long': 'y'.repeat(20_000) })).toBe(431);
  });
});

describe('the API', () => {
  const openApi = JSON.parse(readFileSync(`${ROOT}docs/openapi.json`, 'utf8'));
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(openApi, 'openapi');

  test.each(Object.keys(openApi.paths))('%s answers as docs/openapi.json says, as JSON and as CSV', async (path) => {
    const collector = await testCollector({ minInstalls: 1 });
    for (const day of ['2026-11-20', '2026-11-21', '2026-11-22']) await collector.post(await exampleReport(day));
    const pointer = `openapi#/paths/${path.replaceAll('/', '~1')}/get/responses/200/content/application~1json/schema`;
    for (const query of [
      '',
      '?granularity=week',
      '?from=2026-11-01&to=2026-11-22&granularity=month',
      '?from=2020-01-01&to=2020-01-02',
    ]) {
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
    expect(
      (await collector.get<{ rows: object[] }>(path.slice(1))).rows.length,
      'there is something to see',
    ).toBeGreaterThan(0);
  });

  test('installs of a week are installs, not days; a week that the period cuts is not shown as one', async () => {
    const collector = await testCollector({ minInstalls: 1 });
    const first = { first_this_week: true, first_this_month: true } as const;
    for (const [day, more] of [
      ['2026-11-16', first],
      ['2026-11-17', {}],
      ['2026-11-18', {}],
    ] as const) {
      for (let one = 0; one < 6; one += 1) {
        await collector.report(
          [
            install(more),
            { event: 'tool_usage', properties: { tool: 'query', invocations: 2, successes: 2, ...more } },
          ],
          day,
        );
      }
    }
    const ask = async (question: string, from: string) =>
      (await collector.get(`api/v1/${question}?from=${from}&to=2026-11-22&granularity=week`)).rows;
    expect(await ask('tools', '2026-11-16')).toEqual([expect.objectContaining({ installs: 6, invocations: 36 })]);
    const weeks = async (from: string) =>
      (await ask('installs', from)).filter(({ granularity }) => granularity === 'week').map(({ installs }) => installs);
    expect(await weeks('2026-11-16')).toEqual([6]);
    expect(await weeks('2026-11-17')).toEqual([null]);
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
