import { linkSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ERRORS } from '../../src/cli/docs/errors.js';
import { AnalyticsError, createAnalytics } from '../../src/index.js';
import { memoryDestination } from '../../src/testing/index.js';
import { testCollector } from '../support/collector.js';
import { type TestHome, testHome } from '../support/home.js';
import { CLI, cli, ROOT, run } from '../support/processes.js';
import { putReport } from '../support/reports.js';

const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const ON = { analytics: true };
const CLOSED = { DOT_AI_POSTHOG_HOST: 'http://127.0.0.1:9', DOT_AI_POSTHOG_KEY: 'k' };

/** `<…>` in a message stands for anything. */
function pattern(message: string): RegExp {
  const parts = message.split(/<[^>]*>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('[^]*?'));
}

interface Shown {
  readonly stderr: string;
  readonly code: number | null;
}

/** With a free port and a file of its own, unless something is wrong before that matters. */
const collector = (args: string[], env: NodeJS.ProcessEnv = {}, home: TestHome = testHome()) =>
  cli(['collector', '--port', '0', ...args], { env: { ...home.env, ...env }, timeout: 8_000 });

const withFile = (name: string, content: string | Buffer = '') => {
  const { folder } = testHome();
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

function database(statements: string): string {
  const file = join(testHome().folder, 'some.db');
  const opened = new sqlite.Database(file);
  opened.exec(statements);
  opened.close();
  return file;
}

async function waiting(config: object = ON): Promise<TestHome> {
  const home = testHome(config);
  await putReport(home, YESTERDAY);
  return home;
}

async function destination(status: number, body = '{}') {
  const opened = await memoryDestination();
  onTestFinished(opened.close);
  opened.respondWith((_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '120' }).end(body),
  );
  return opened;
}

const dashboard = (args: string[], env: NodeJS.ProcessEnv = { POSTHOG_PERSONAL_API_KEY: 'phx_test' }) =>
  cli(['dashboard', 'posthog', ...args], { env: { ...testHome().env, ...env } });

/** What brings each about, by the beginning of its message. */
const TRIGGERS: Record<string, () => Promise<Shown> | Shown> = {
  '<tools or features>': () => {
    try {
      createAnalytics({ tools: ['Not A Name'], features: [] });
    } catch (error) {
      if (error instanceof AnalyticsError) return { stderr: `Error: ${error.message}`, code: 1 };
    }
    return { stderr: '', code: 0 };
  },
  '<variable> is not an absolute path': () =>
    cli(['clear'], { env: { ...testHome().env, DOT_AI_CONFIG_DIR: 'relative' } }),
  '<file> could not be written: <cause>': () =>
    cli(['disable'], { env: { ...testHome().env, DOT_AI_CONFIG_DIR: withFile('file') } }),
  '<file>: <problem>. That means off.': () => cli(['hint', '--reset'], { env: testHome('{').env }),
  'what you saved has no effect here': () => cli(['enable'], { env: { ...testHome().env, DO_NOT_TRACK: '1' } }),
  '<layer> keeps it on': () => cli(['disable'], { env: { ...testHome().env, DOT_AI_ANALYTICS: 'true' } }),
  '<path> could not be deleted': () => {
    const home = testHome(ON);
    symlinkSync(testHome().folder, home.paths.data);
    return cli(['disable'], { env: home.env });
  },
  'This is not a day': () => cli(['sent', '2026-13-01'], { env: testHome().env }),
  'no such copy is kept': () => cli(['sent', '--raw'], { env: testHome().env }),
  'analytics is off': () => cli(['send'], { env: testHome().env }),
  'no destination is known': async () => cli(['send'], { env: (await waiting()).env }),
  '<where>: <problem>': async () =>
    cli(['send'], {
      env: (await waiting({ ...ON, analyticsDestination: { host: 'http://example.com', key: 'k' } })).env,
    }),
  '<count> could not be delivered': async () => cli(['send'], { env: { ...(await waiting()).env, ...CLOSED } }),
  '<count> will not be taken': async () => {
    const { env } = await destination(400);
    return cli(['send'], { env: { ...(await waiting()).env, ...env } });
  },
  '<host> answered <status> and asked': async () => {
    const { env } = await destination(429);
    const home = await waiting();
    const send = () => cli(['send'], { env: { ...home.env, ...env } });
    await send();
    return send();
  },
  'the output could not be written': () =>
    run('sh', ['-c', '"$0" "$1" status > /dev/full', process.execPath, CLI], { env: testHome().env }),
  "<host> port <port> can't be listened on": async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    return cli(['collector', '--port', `${port}`], { env: testHome().env });
  },
  '<host> can be reached from elsewhere': () => collector(['--host', '0.0.0.0']),
  'Another collector, process': async () => {
    // This process has it; another one asks.
    const { db } = await testCollector();
    return collector(['--db', db]);
  },
  "<file> can't be used as a database": () =>
    collector(['--db', withFile('text.db', 'this is no database, '.repeat(100))]),
  '<file> has more than one name': () => {
    const file = withFile('one.db');
    linkSync(file, `${file}.two`);
    return collector(['--db', file]);
  },
  'The file is a database of another program': () => collector(['--db', database('CREATE TABLE photos (id)')]),
  'The database is of a newer version': () =>
    collector([
      '--db',
      database(
        "CREATE TABLE meta (name, value); CREATE TABLE cells (day, event, label, counts); CREATE TABLE reports (hash, day); INSERT INTO meta VALUES ('version', 99)",
      ),
    ]),
  "<path> can't be written: <cause>. Name another place": () =>
    collector(['--db', join(testHome().folder, 'missing', 'some.db')]),
  "<folder> can't be made": () => collector([], { DOT_AI_CONFIG_DIR: withFile('file') }),
  '<option> takes a whole number': () => collector(['--min-rows', 'five']),
  'DOT_AI_COLLECTOR_TOKEN has to have': () => collector([], { DOT_AI_COLLECTOR_TOKEN: 'short' }),
  "<file> can't be used as a vocabulary": () => collector(['--vocabulary', withFile('words.json', '[]')]),
  'POSTHOG_PERSONAL_API_KEY has to hold': () => dashboard(['--project', '1'], {}),
  '--project takes the number': () => dashboard([]),
  '--host takes the address': () => dashboard(['--project', '1', '--host', 'http://example.com']),
  "<host> can't be reached": () => dashboard(['--project', '1', '--host', 'http://127.0.0.1:9']),
  'PostHog answered <status>': async () => {
    const { posthog } = await destination(401);
    return dashboard(['--project', '1', '--host', posthog.host]);
  },
  "unknown command '<word>'": () => cli(['statsu'], { env: testHome().env }),
  "unknown option '<word>'": () => cli(['status', '--jsn'], { env: testHome().env }),
  "option '<option>' cannot be used": () => cli(['preview', '--json', '--raw'], { env: testHome().env }),
  "option '<option>' argument missing": () => cli(['collector', '--port'], { env: testHome().env }),
  "missing required argument '<name>'": () => cli(['completion'], { env: testHome().env }),
  "command-argument value '<word>'": () => cli(['completion', 'tcsh'], { env: testHome().env }),
  'too many arguments': () => cli(['status', 'now'], { env: testHome().env }),
};

describe('docs/errors.md lists what there is', () => {
  test.each(ERRORS.map((entry) => [entry.message.slice(0, 60), entry] as const))(
    '%s',
    async (_name, { message, code }) => {
      const triggers = Object.entries(TRIGGERS).filter(([beginning]) => message.startsWith(beginning));
      expect(triggers).toHaveLength(1);
      const shown = await triggers[0]?.[1]();
      const said = shown?.stderr.replace(/\s+/g, ' ');
      expect(said).toMatch(new RegExp(`(Error|error): ${pattern(message).source}`));
      expect(shown?.code).toBe(code === 'USAGE' || code === 'COMMAND' ? 2 : 1);
      expect(said).not.toMatch(/ {4}at |node:internal|undefined/);
    },
  );

  test('what is nearly right is suggested', async () => {
    const { env } = testHome();
    expect((await cli(['statsu'], { env })).stderr).toContain('Did you mean status?');
    expect((await cli(['status', '--jsn'], { env })).stderr).toContain('Did you mean --json?');
  });

  test('every error that the code makes is in the list', () => {
    const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.includes('docs'),
    );
    let found = 0;
    for (const file of sources) {
      const text = readFileSync(join(ROOT, 'src', file), 'utf8');
      for (const [, code, quote, literal = ''] of text.matchAll(
        /new AnalyticsError\(\s*'(\w+)',\s*(['"`])((?:\\.|(?!\2)[\s\S])*)\2/g,
      )) {
        found += 1;
        if (file === join('simulation', 'year.ts')) continue; // a report of ours that we refuse: a defect, no error of anybody's
        const sample = quote === '`' ? literal.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'x') : literal;
        const matching = ERRORS.filter(
          (entry) => entry.code === code && pattern(entry.message).test(sample.replace(/\\'/g, "'")),
        );
        // `problem` and `next` hold the rest of two messages, which their triggers see.
        const isPart = ['x: x', 'x. Nothing was changed.', 'x could not be written: x. x', 'x.'].includes(sample);
        expect(matching.length > 0 || isPart, `${file}: ${sample}`).toBe(true);
      }
    }
    expect(found).toBeGreaterThan(20);
  });
});
