import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { INSIGHTS } from '../../src/posthog/insights.js';
import { testHome } from '../support/home.js';
import { cli } from '../support/processes.js';
import { projectServer, type Thing } from './project-server.js';

const dashboard = (host: string, { key = 'phx_right', project = '123', more = [] as string[] } = {}) =>
  cli(['dashboard', 'posthog', '--host', host, '--project', project, ...more], {
    env: { ...testHome().env, POSTHOG_PERSONAL_API_KEY: key },
  });

describe('dashboard posthog', () => {
  test('creates all of it, then nothing; changes what differs, and nothing else', async () => {
    const there = await projectServer();
    const first = await dashboard(there.host);
    expect(first).toMatchObject({ code: 0, stderr: 'The 4 settings that matter are as they should be.\n' });
    expect(first.stdout).toContain(`${there.host}/project/123/dashboard/1000`);
    expect([there.dashboards.length, there.insights.length, there.problems]).toEqual([1, INSIGHTS.length, []]);
    for (const insight of there.insights) expect(insight.dashboards).toEqual([1000]);

    const second = await dashboard(there.host);
    expect(second.stdout.match(/as it should be/g)).toHaveLength(1 + INSIGHTS.length);
    expect(there.requests.filter((request) => /^(POST|PATCH)/.test(request))).toHaveLength(1 + INSIGHTS.length);

    Object.assign(there.insights[3] as Thing, { name: 'renamed', query: { kind: 'other' } });
    Object.assign(there.insights[4] as Thing, { dashboards: [7] });
    const third = await dashboard(there.host);
    expect(third.stdout.match(/updated/g)).toHaveLength(2);
    expect(there.insights[3]?.name).toBe(INSIGHTS[3]?.name);
    expect(there.insights[4]?.dashboards).toEqual([7, 1000]);
    expect([there.dashboards.length, there.insights.length]).toEqual([1, INSIGHTS.length]);
  });

  test('a run that stopped half-way is finished by the next', async () => {
    const there = await projectServer({ fail: (request) => (request === 7 ? 500 : undefined) });
    const first = await dashboard(there.host);
    expect(first).toMatchObject({ code: 1, stderr: expect.stringMatching(/answered 500/) });
    expect(there.insights.length).toBeLessThan(INSIGHTS.length);
    expect(await dashboard(there.host)).toMatchObject({ code: 0 });
    expect([there.dashboards.length, there.insights.length]).toEqual([1, INSIGHTS.length]);
    expect(new Set(there.insights.map(({ description }) => description)).size).toBe(INSIGHTS.length);
  });

  test('a limit to the rate is waited for', async () => {
    const there = await projectServer({ fail: (request) => (request === 2 || request === 5 ? 429 : undefined) });
    const { code, stderr } = await dashboard(there.host);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('PostHog asks to wait 1 s.') });
    expect(there.insights).toHaveLength(INSIGHTS.length);
  });

  test.each([
    ['a wrong key', { key: 'phx_wrong' }, 1, /answered 401: the personal key is not accepted/],
    ['a wrong project', { project: '9' }, 1, /answered 404: there is no such project/],
    ['a project that is no number', { project: '../users' }, 2, /--project takes the number/],
    ['no key', { key: '' }, 2, /POSTHOG_PERSONAL_API_KEY must hold/],
  ])('%s', async (_name, given, code, expected) => {
    const there = await projectServer();
    const result = await dashboard(there.host, given);
    expect({ code: result.code, stderr: result.stderr.replace(/\s+/g, ' ') }).toEqual({
      code,
      stderr: expect.stringMatching(expected),
    });
    expect(result.stderr).not.toContain('phx_');
    expect([there.dashboards, there.insights]).toEqual([[], []]);
  });

  test('a key without the scope, a host that is not there, one without TLS', async () => {
    const there = await projectServer({ fail: () => 403 });
    expect(await dashboard(there.host)).toMatchObject({ code: 1, stderr: expect.stringMatching(/dashboard:write/) });
    expect(await dashboard('http://127.0.0.1:9')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot be reached/),
    });
    const plain = await dashboard('http://posthog.example.com');
    expect(plain).toMatchObject({ code: 2, stderr: expect.stringMatching(/must be https/) });
  });

  test('the key goes to no other host, however the list of pages leads there', async () => {
    let leaked = 0;
    const evil = createServer((_request, response) => {
      leaked += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void evil.close());
    const elsewhere = `http://127.0.0.1:${(evil.address() as AddressInfo).port}/`;
    const server = createServer((incoming, response) => {
      if (incoming.method !== 'GET') return void response.writeHead(307, { location: elsewhere }).end();
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ results: [], next: elsewhere }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    await dashboard(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(leaked).toBe(0);
  });

  test('--dry-run prints it and asks nobody; every insight has its own key', async () => {
    const { code, stdout, stderr } = await cli(['dashboard', 'posthog', '--dry-run'], { env: testHome().env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { insights } = JSON.parse(stdout);
    expect(insights).toHaveLength(INSIGHTS.length);
    expect(new Set(INSIGHTS.map(({ key }) => key)).size).toBe(INSIGHTS.length);
  });
});
