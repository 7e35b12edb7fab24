import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { memoryDestination, temporaryHome } from '../../src/testing/index.js';
import { copyRepository } from '../support/copy.js';
import { type TestHome, testHome, tree, writeConfig } from '../support/home.js';
import { type Service, startService } from '../support/service.js';

/*
 * A counted field has two places: the table, and the line that sees it happen. Here a field is added to a copy of the
 * repository, in schema 2. The copy is built and run, and everything else has to follow.
 */

const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const FIELD =
  "      field({ name: 'retries', values: 'count', since: 2, label: 'retried', example: 1, what: 'How many of these calls repeated the tool before.', not: 'Not with which arguments.', why: 'Shows which tools take several tries.', partOf: 'invocations' }),";
const OBSERVER = "  if (call.from === call.tool) cells.push('retries');";

const copy = copyRepository();
afterAll(copy.remove);

beforeAll(async () => {
  copy.insertLine('src/schema/fields.ts', "      ...firsts(\n        'called this tool',", FIELD);
  copy.insertLine('src/core/record/cells.ts', '  if (from !== undefined) cells.push(', OBSERVER);
  const built = await copy.program('scripts/build.ts');
  if (built.code !== 0) throw new Error(built.stderr);
});

/** What a person or a program reads of the copy's command line. */
async function read(home: TestHome, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await copy.cli(args, { env: home.env });
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('it is added in two places, a line in each', () => {
  expect(copy.changes()).toEqual({ 'src/core/record/cells.ts': 1, 'src/schema/fields.ts': 1 });
});

describe('consent', () => {
  /** A server of the copy: calls the tools that it is told on stdin. */
  const SERVER = `
    import { createInterface } from 'node:readline';
    import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
    const session = createAnalytics({ ...dotAiVocabulary, ephemeral: false }).session();
    for await (const tool of createInterface({ input: process.stdin })) {
      await session.run(tool, async () => ({}));
      console.log('counted ' + tool);
    }`;
  const spool = (home: TestHome) => Object.values(tree(home.paths.spool)).join();

  test('is withheld until the user accepts schema 2, and then counted by a server that runs', async () => {
    const home = testHome({ analytics: true });
    const server = startService(['--input-type=module', '-e', SERVER], { cwd: copy.folder, env: home.env });
    const call = async (tool: string) => expect(await server.next(tool)).toBe(`counted ${tool}`);
    try {
      for (const tool of ['query', 'query', 'query']) await call(tool);
      expect(spool(home)).toContain('tool query successes=0003');
      expect(spool(home)).not.toContain('retries');
      for (const view of [['--json'], ['--raw'], []]) {
        const { code, stdout } = await copy.cli(['preview', ...view], { env: home.env });
        expect(code).toBe(0);
        expect(stdout.replace(/\s+/g, ' ')).toContain('query');
        expect(stdout).not.toMatch(/retries|retried/);
      }

      expect(await read(home, 'enable', '--yes')).toContain('schema 2');
      for (const tool of ['query', 'query']) await call(tool);
      expect(spool(home)).toMatch(/tool query .*successes=0005.* retries=0002/);
      expect(await read(home, 'preview')).toMatch(/query +5 calls; 5 ok; 2 retried;/);
      const [request] = JSON.parse(await read(home, 'preview', '--json')).requests;
      const rows: { event: string; properties: object }[] = JSON.parse(request.body).batch;
      expect(rows.find(({ event }) => event === 'tool_usage')?.properties).toMatchObject({ tool: 'query', retries: 2 });
    } finally {
      await server.stop();
    }
  });

  test('P5: once the user accepts schema 1 only, a waiting report with it is neither sent nor previewed', async () => {
    const home = testHome({ analytics: true, analyticsSchema: 2 });
    const source = `
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      let now = Date.parse('${DAY}T12:00:00Z');
      const surroundings = { clock: () => now, timing: { tick: 5 } };
      const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false }, surroundings);
      const session = analytics.session();
      for (let call = 0; call < 3; call += 1) await session.run('query', async () => ({}));
      now += 86_400_000;
      await new Promise((resolve) => setTimeout(resolve, 300));
      await analytics.close();`;
    await copy.script(source, home.env);
    const shown = async () => JSON.parse((await copy.cli(['preview', '--json'], { env: home.env })).stdout).requests;
    expect(await shown()).toMatchObject([{ state: 'final', body: expect.stringContaining('"retries":2') }]);

    writeConfig(home.paths, { analytics: true, analyticsSchema: 1 });
    expect(await shown()).toEqual([]);
    const received = await memoryDestination();
    onTestFinished(received.close);
    const { stdout } = await copy.cli(['send'], { env: { ...home.env, ...received.env } });
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'kept: it cannot be sent, because it is not a report of this vocabulary',
    );
    expect(received.requests).toEqual([]);
  });

  test('is in the example that a user reads before the opt-in', async () => {
    expect(await read(testHome(), 'preview')).toMatch(/\d+ retried/);
  });
});

describe('documents', () => {
  test('`schema` and `schema --json` have it', async () => {
    expect(await read(testHome(), 'schema')).toMatch(/^Schema 2:[\s\S]*\n {2}retries\n/);
    expect(JSON.parse(await read(testHome(), 'schema', '--json'))).toMatchObject({
      properties: {
        schema: { const: 2 },
        rows: {
          items: {
            oneOf: [
              { properties: { properties: { properties: { retries: { type: 'integer' } } } } },
              {},
              {},
              {},
              {},
              {},
              {},
            ],
          },
        },
      },
    });
  });

  test('`npm run docs` writes it into the table of fields and the description of the API', async () => {
    const { code, stderr } = await copy.program('scripts/docs.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const collected = readFileSync(join(copy.folder, 'docs/collected.md'), 'utf8');
    expect(collected).toContain('Schema 2.');
    expect(collected).toContain('| `retries` | integer 1 to 9999');
    const openapi = JSON.parse(readFileSync(join(copy.folder, 'docs/openapi.json'), 'utf8'));
    const { schema } = openapi.paths['/api/v1/tools'].get.responses[200].content['application/json'];
    expect(schema.properties.rows.items.properties).toHaveProperty('retries');
    const written = Object.keys(copy.changes()).filter((path) => !path.startsWith('src/'));
    expect(written.sort()).toEqual(['docs/collected.md', 'docs/openapi.json']);
  });

  test('PostHog sums it under its name', async () => {
    const { insights } = JSON.parse(await read(testHome(), 'dashboard', 'posthog', '--dry-run'));
    expect(JSON.stringify(insights)).toContain('sum(retries) as retries');
  });

  test('invented installs have it', async () => {
    const source = `
      import { createInstall } from './src/simulation/installs.ts';
      import { randomFrom } from './src/simulation/random.ts';
      import { totalsOf } from './src/simulation/reports.ts';
      const day = '2026-11-23';
      const totals = totalsOf(day, createInstall(day, randomFrom(7)).on(day));
      console.log([...totals.tool.values()].some((cells) => cells.has('retries')));`;
    expect(await copy.script(source)).toMatchObject({ code: 0, stderr: '', stdout: 'true\n' });
  });
});

describe('the collector of the copy', () => {
  const INSTALLS = 8;
  /** So many of the installs repeat the tool. */
  const REPEATED = { recommend: 2, operate: INSTALLS - 2, query: INSTALLS } as const;
  const TIMES = { recommend: INSTALLS + 2, operate: 2 * INSTALLS - 2, query: 2 * INSTALLS } as const;

  const home = temporaryHome();
  let collector: Service;
  let url = '';
  const answer = async (path: string) => (await fetch(`${url}api/v1/${path}?from=${DAY}&to=${DAY}`)).text();

  beforeAll(async () => {
    const args = [
      'bin/dot-ai-analytics.cjs',
      'collector',
      '--port',
      '0',
      '--db',
      join(home.folder, 'collector.db'),
      '--min-installs',
      '1',
    ];
    collector = startService(args, { cwd: copy.folder, env: home.env });
    url = (await collector.next()).replace('The collector is ready: ', '');
    await sendFromInstalls();
  });
  afterAll(async () => {
    expect(await collector.stop()).toBe(0);
    home.remove();
  });

  /** Installs that accepted schema 2, each in a home of its own, count with the library and send. */
  async function sendFromInstalls(): Promise<void> {
    const source = `
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      import { temporaryHome } from 'dot-ai-analytics/testing';
      import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
      for (let at = 0; at < ${INSTALLS}; at += 1) {
        const home = temporaryHome();
        mkdirSync(home.folder + '/.dot-ai', { recursive: true });
        writeFileSync(home.folder + '/.dot-ai/config.json', '{"analytics": true, "analyticsSchema": 2}');
        const posthog = { host: process.env.COLLECTOR, key: 'phc_test' };
        const serverOn = (time, begin = performance.now()) => createAnalytics(
          { ...dotAiVocabulary, ephemeral: false, posthog },
          { env: home.env, clock: () => Date.parse(time) + performance.now() - begin, timing: { tick: 5, startSpread: 0, interval: 1 } },
        );
        const analytics = serverOn('${DAY}T12:00:00Z');
        const session = analytics.session();
        for (const [tool, repeats] of Object.entries(${JSON.stringify(REPEATED)})) {
          for (let call = 0; call < (at < repeats ? 2 : 1); call += 1) await session.run(tool, async () => ({}));
        }
        await analytics.close();
        const later = serverOn(new Date(Date.parse('${DAY}T12:00:00Z') + 2 * 86_400_000).toISOString());
        const copy = home.folder + '/.dot-ai/analytics/sent/${DAY}.json';
        for (let tries = 0; tries < 2_000 && !existsSync(copy); tries += 1)
          await new Promise((resolve) => setTimeout(resolve, 10));
        await later.close();
        home.remove();
      }`;
    const sent = await copy.script(source, { PATH: process.env.PATH, COLLECTOR: url });
    expect({ code: sent.code, stderr: sent.stderr }).toEqual({ code: 0, stderr: '' });
  }

  test('accepts it, and has a column for it', async () => {
    const rows: Record<string, unknown>[] = JSON.parse(await answer('tools')).rows;
    const shown = Object.fromEntries(rows.map((row) => [row.tool, [row.installs, row.invocations, row.retries]]));
    expect(shown).toEqual({
      recommend: [INSTALLS, TIMES.recommend, REPEATED.recommend],
      operate: [INSTALLS, TIMES.operate, REPEATED.operate],
      query: [INSTALLS, TIMES.query, REPEATED.query],
    });
    const [header = '', ...lines] = (await answer('tools.csv')).trim().split('\r\n');
    const column = header.split(',').indexOf('retries');
    expect(lines.map((line) => line.split(',')[column]).sort()).toEqual(['2', '6', '8']);
  });
});
