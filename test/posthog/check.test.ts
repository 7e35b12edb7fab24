import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { wanted } from '../../src/posthog/apply.js';
import { INSIGHTS } from '../../src/posthog/insights.js';
import { testHome } from '../support/home.js';
import { cli, ROOT } from '../support/processes.js';
import { type Behavior, projectServer } from './project-server.js';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(`${ROOT}docs/schemas/dashboard.json`, 'utf8')),
);

async function dashboard(host: string, ...more: string[]) {
  const env = { ...testHome().env, POSTHOG_PERSONAL_API_KEY: 'phx_right' };
  const { stdout, ...rest } = await cli(['dashboard', 'posthog', '--host', host, '--project', '123', ...more], { env });
  return { ...rest, stdout, said: stdout.replace(/\s+/g, ' ') };
}

async function dashboardJson(host: string, ...more: string[]) {
  const { code, stdout } = await dashboard(host, '--json', ...more);
  const value = JSON.parse(stdout);
  validate(value);
  expect(validate.errors ?? [], stdout).toEqual([]);
  return { code, value };
}

const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
/** A project that has these rows, and others of another app. */
const holding = (stored: number, different: number, newest: string, others = 0): Behavior => ({
  query: (sql) => (sql.includes('as others') ? [[others]] : [[stored, different, newest]]),
});

describe('dashboard posthog --check', () => {
  test('rows that arrived recently: how many, and that nothing is changed', async () => {
    const there = await projectServer(holding(1500, 1480, dayAgo(1)));
    const { code, said, stderr } = await dashboard(there.host, '--check');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(said).toContain(`1,480 rows of the last 30 days are in this project. The newest are about ${dayAgo(1)}.`);
    expect(said).toContain('20 rows are stored once more.');
    expect(said).toContain('The 4 settings that matter are as they should be.');
    expect(there.requests.filter((one) => !one.startsWith('GET ') && !one.includes('/query/'))).toEqual([]);
    expect([there.insights, there.problems]).toEqual([[], []]);
  });

  test.each([
    ['none', holding(0, 0, '1970-01-01'), /No row of the last 30 days .* None is recent\. .* quota/],
    ['old ones', holding(9, 9, dayAgo(9)), /9 rows .* None is recent/],
  ])('no recent rows (%s): it exits with 1', async (_name, behavior, words) => {
    const there = await projectServer(behavior);
    const { code, said } = await dashboard(there.host, '--check');
    expect(said).toMatch(words);
    expect(code).toBe(1);
    const { value } = await dashboardJson(there.host, '--check');
    expect(value.arrived).toMatchObject({ isRecent: false });
  });

  test('settings that matter, definitions of another app, and its events', async () => {
    const there = await projectServer({
      ...holding(5, 5, dayAgo(2), 777),
      project: { timezone: 'Pacific/Auckland', week_start_day: null, anonymize_ips: false },
      definitions: [
        { name: 'count', property_type: 'DateTime' },
        { name: 'failures', property_type: 'Numeric' },
        { name: 'tool', property_type: null },
      ],
    });
    const { code, said } = await dashboard(there.host, '--check');
    expect(code).toBe(0);
    expect(said).toContain('777 events of other apps are in this project.');
    expect(said).toContain('Setting "time zone" is Pacific/Auckland, and UTC is better.');
    expect(said).toContain('Setting "first day of the week" is Sunday, and Monday is better.');
    expect(said).toContain('Setting "discard client IP data" is off, and on is better.');
    expect(said).toContain('Setting "types of properties" is count: DateTime, and as sent is better.');
    const { value } = await dashboardJson(there.host, '--check');
    expect(value).toMatchObject({ url: null, steps: [], arrived: { rows: 5, repeated: 0, others: 777 } });
    expect(value.settings.map(({ isRight }: { isRight: boolean }) => isRight)).toEqual([false, false, false, false]);
  });

  test('a key with only query:read shows the rows, and that the settings were not read', async () => {
    const there = await projectServer({ ...holding(5, 5, dayAgo(1)), scopes: ['query:read'] });
    const { code, said } = await dashboard(there.host, '--check');
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('the key lacks the scope project:read') });
    expect((await dashboardJson(there.host, '--check')).value.settings).toBeNull();
  });

  test('a key without query:read is told which scope it lacks', async () => {
    const there = await projectServer({ scopes: ['dashboard:write', 'insight:write'] });
    const { code, stderr } = await dashboard(there.host, '--check');
    expect({ code, stderr: stderr.replace(/\s+/g, ' ') }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/answered 403: .*with --check query:read/),
    });
  });
});

describe('dashboard posthog --releases', () => {
  const file = (releases: object) => {
    const path = join(mkdtempSync(join(tmpdir(), 'dot-ai-releases-')), 'releases.json');
    writeFileSync(path, JSON.stringify(releases));
    return path;
  };
  const LIST = [1, 2, 3, 4, 5].map((minor) => ({ date: `2026-1${minor % 2}-0${minor}`, name: `1.${minor}` }));

  test('creates annotations once, over several pages, and moves the one whose day changed', async () => {
    const there = await projectServer();
    there.annotations.push({
      id: 1,
      content: 'a note of somebody',
      date_marker: '2026-11-01T00:00:00Z',
      scope: 'project',
    });
    const first = await dashboardJson(there.host, '--releases', file(LIST));
    expect(first.value.steps.slice(-5)).toEqual(LIST.map(({ name }) => ({ what: name, does: 'create' })).sort(byDate));
    expect([there.annotations.length, there.problems]).toEqual([6, []]);

    const moved = LIST.map((one) => (one.name === '1.3' ? { ...one, date: '2026-11-20' } : one));
    const second = await dashboardJson(there.host, '--releases', file(moved));
    const changed = second.value.steps.filter(({ does }: { does: string }) => does !== 'keep');
    expect(changed).toEqual([{ what: '1.3', does: 'update' }]);
    expect(there.annotations.length).toBe(6);
    expect(there.annotations.find(({ content }) => String(content).startsWith('1.3'))?.date_marker).toMatch(
      /^2026-11-20/,
    );
    expect(there.annotations[0]?.content).toBe('a note of somebody');
  });

  function byDate(a: { what: string }, b: { what: string }) {
    const dateOf = ({ what }: { what: string }) => LIST.find(({ name }) => name === what)?.date ?? '';
    return dateOf(a) < dateOf(b) ? -1 : 1;
  }

  test('a run that stopped among the releases is finished by the next', async () => {
    const there = await projectServer({ fail: (request) => (request === 17 ? 500 : undefined) });
    expect(await dashboard(there.host, '--releases', file(LIST))).toMatchObject({ code: 1 });
    expect(there.annotations.length).toBeGreaterThan(0);
    expect(there.annotations.length).toBeLessThan(5);
    expect(await dashboard(there.host, '--releases', file(LIST))).toMatchObject({ code: 0 });
    expect(new Set(there.annotations.map(({ content }) => content)).size).toBe(5);
    expect(there.annotations).toHaveLength(5);
  });

  test('a key without annotation:write does all but the releases, and says so', async () => {
    const there = await projectServer({ scopes: ['dashboard:write', 'insight:write'] });
    const { code, stderr } = await dashboard(there.host, '--releases', file(LIST));
    expect({ code, stderr: stderr.replace(/\s+/g, ' ') }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/with --releases annotation:write/),
    });
    expect(there.insights).toHaveLength(INSIGHTS.length);
  });
});

test('no name or description is longer than PostHog stores', () => {
  for (const { name, description } of INSIGHTS.map(wanted)) {
    expect(name.length).toBeLessThanOrEqual(400);
    expect(description.length, description).toBeLessThanOrEqual(400);
  }
});
