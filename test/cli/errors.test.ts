import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { COMMANDER_ERRORS } from '../../src/cli/docs/errors.js';
import { claim } from '../../src/core/deliver/outbox.js';
import { reportPath } from '../../src/core/deliver/report-files.js';
import { AnalyticsError, createAnalytics } from '../../src/index.js';
import * as CLI_ERRORS from '../../src/platform/error-table/cli.js';
import * as COLLECTOR_ERRORS from '../../src/platform/error-table/collector.js';
import * as LIBRARY_ERRORS from '../../src/platform/error-table/library.js';
import { ERROR_TABLE, type ErrorId } from '../../src/platform/error-table/table.js';
import { ownIdentity } from '../../src/platform/process-identity.js';
import { memoryDestination } from '../../src/testing/index.js';
import { testCollector } from '../support/collector.js';
import { type TestHome, testHome } from '../support/home.js';
import { CLI, cli, run } from '../support/processes.js';
import { putReport } from '../support/reports.js';

const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const ON = { analytics: true };
const CLOSED = { DOT_AI_POSTHOG_HOST: 'http://127.0.0.1:9', DOT_AI_POSTHOG_KEY: 'k' };

/** `<…>` in a message stands for anything. */
function pattern(message: string): string {
  const parts = message.split(/<[^>]*>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return parts.join('[^]*?');
}

interface Shown {
  readonly stderr: string;
  readonly code: number | null;
}

type Triggers<Id extends string> = Readonly<Record<Id, () => Promise<Shown> | Shown>>;

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

async function destination(status: number, retryAfter = '120') {
  const opened = await memoryDestination();
  onTestFinished(opened.close);
  opened.respondWith((_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': retryAfter }).end('{}'),
  );
  return opened;
}

const dashboard = (args: string[], env: NodeJS.ProcessEnv = { POSTHOG_PERSONAL_API_KEY: 'phx_test' }) =>
  cli(['dashboard', 'posthog', ...args], { env: { ...testHome().env, ...env } });

/** PostHog's API, answering every request with this status. */
async function answering(status: number): Promise<Shown> {
  const { posthog } = await destination(status, '1');
  return dashboard(['--project', '1', '--host', posthog.host]);
}

/** What provokes each error of the table. An id without a trigger does not compile. */
const TRIGGERS: Triggers<ErrorId> = {
  badVocabulary: () => {
    try {
      createAnalytics({ tools: ['Not A Name'], features: [] });
    } catch (error) {
      if (error instanceof AnalyticsError) return { stderr: `Error: ${error.message}`, code: 1 };
    }
    return { stderr: '', code: 0 };
  },
  noHome: () => cli(['clear'], { env: { ...testHome().env, DOT_AI_CONFIG_DIR: 'relative' } }),
  configNotWritten: () => cli(['disable'], { env: { ...testHome().env, DOT_AI_CONFIG_DIR: withFile('file') } }),
  configLocked: () => {
    const home = testHome(ON);
    mkdirSync(`${home.paths.config}.analytics-lock`); // a lock that is never released, nor taken over
    return cli(['disable'], { env: home.env });
  },
  configNotUnderstood: () => cli(['hint', '--reset'], { env: testHome('{').env }),
  dataNotDeleted: () => {
    const home = testHome(ON);
    symlinkSync(testHome().folder, home.paths.data);
    return cli(['disable'], { env: home.env });
  },
  senderNotStopped: async () => {
    const home = await waiting();
    claim(home.paths, YESTERDAY); // and this process does not give it up
    return cli(['disable'], { env: home.env });
  },
  nobodyCanAnswer: () => cli(['enable'], { env: testHome().env }),
  enableHasNoEffect: () => cli(['enable', '--yes'], { env: { ...testHome().env, DO_NOT_TRACK: '1' } }),
  disableHasNoEffect: () => cli(['disable'], { env: { ...testHome().env, DOT_AI_ANALYTICS: 'true' } }),
  invalidDay: () => cli(['sent', '2026-13-01'], { env: testHome().env }),
  invalidNumberOfDays: () => cli(['history', '--days', '46'], { env: testHome().env }),
  unknownTool: () => cli(['history', 'no-such-tool'], { env: testHome().env }),
  noCopy: () => cli(['sent', '--raw'], { env: testHome().env }),
  copyNotIntact: async () => {
    const { env } = await destination(400);
    const home = await waiting();
    await cli(['send'], { env: { ...home.env, ...env } });
    rmSync(reportPath(home.paths.sent, YESTERDAY));
    return cli(['sent', '--raw'], { env: home.env });
  },
  nothingToPreview: () => cli(['preview', '--raw'], { env: testHome(ON).env }),
  analyticsOff: () => cli(['send'], { env: testHome().env }),
  noDestination: async () => cli(['send'], { env: (await waiting()).env }),
  invalidDestination: async () =>
    cli(['send'], {
      env: (await waiting({ ...ON, analyticsDestination: { host: 'http://example.com', key: 'k' } })).env,
    }),
  notDelivered: async () => cli(['send'], { env: { ...(await waiting()).env, ...CLOSED } }),
  outputNotWritten: () =>
    run('sh', ['-c', '"$0" "$1" status > /dev/full', process.execPath, CLI], { env: testHome().env }),
  unexpected: async () => {
    const home = await waiting();
    const elsewhere = `${home.paths.data}-elsewhere`;
    renameSync(home.paths.data, elsewhere);
    symlinkSync(elsewhere, home.paths.data);
    return cli(['send'], { env: { ...home.env, ...CLOSED } });
  },
  portNotAvailable: async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    return cli(['collector', '--port', `${port}`], { env: testHome().env });
  },
  // An address that RFC 5737 reserves for examples.
  hostNotAvailable: () => collector(['--host', '192.0.2.1'], { DOT_AI_COLLECTOR_TOKEN: 'a token of 24 characters' }),
  tokenMissing: () => collector(['--host', '0.0.0.0']),
  databaseInUse: async () => {
    // This process has it; another one asks.
    const { db } = await testCollector();
    return collector(['--db', db]);
  },
  databaseInUseElsewhere: async () => {
    // An owner that this process cannot see, and that touches its file.
    const db = withFile('some.db');
    const owner = { ...ownIdentity(), namespace: 'another', host: 'pod-1' };
    writeFileSync(`${db}.owner`, JSON.stringify(owner));
    const beat = setInterval(() => utimesSync(`${db}.owner`, new Date(), new Date()), 300);
    onTestFinished(() => clearInterval(beat));
    return collector(['--db', db]);
  },
  ownerNotReadable: () => {
    const db = withFile('some.db');
    mkdirSync(`${db}.owner`);
    return collector(['--db', db]);
  },
  databaseNotUsable: () => collector(['--db', withFile('text.db', 'this is no database, '.repeat(100))]),
  databaseHasLinks: () => {
    const file = withFile('one.db');
    linkSync(file, `${file}.two`);
    return collector(['--db', file]);
  },
  databaseIsForeign: () => collector(['--db', database('CREATE TABLE photos (id)')]),
  databaseIsNewer: () =>
    collector([
      '--db',
      database(
        "CREATE TABLE meta (name, value); CREATE TABLE cells (day, event, label, counts); CREATE TABLE reports (hash, day); INSERT INTO meta VALUES ('version', 99)",
      ),
    ]),
  ownerNotWritten: () => collector(['--db', join(testHome().folder, 'missing', 'some.db')]),
  folderNotCreated: () => collector([], { DOT_AI_CONFIG_DIR: withFile('file') }),
  invalidNumber: () => collector(['--min-installs', 'five']),
  tokenTooShort: () => collector([], { DOT_AI_COLLECTOR_TOKEN: 'short' }),
  badReleases: () => collector(['--releases', withFile('releases.json', '[{"date": "2026-13-01", "name": "x"}]')]),
  badAction: () => collector(['publsh', 'folder']),
  notPublished: () => collector(['publish', join(testHome().folder, 'out'), '--url', 'http://127.0.0.1:9/']),
  invalidVocabulary: () => collector(['--vocabulary', withFile('words.json', '[]')]),
  keyMissing: () => dashboard(['--project', '1'], {}),
  invalidProject: () => dashboard([]),
  invalidHost: () => dashboard(['--project', '1', '--host', 'http://example.com']),
  notReachable: () => dashboard(['--project', '1', '--host', 'http://127.0.0.1:9']),
  requestNotAccepted: () => answering(400),
  keyNotAccepted: () => answering(401),
  scopeMissing: () => answering(403),
  projectNotFound: () => answering(404),
  tooManyRequests: () => answering(429),
  unexpectedAnswer: () => answering(500),
};

const COMMANDER_TRIGGERS: Triggers<keyof typeof COMMANDER_ERRORS> = {
  unknownCommand: () => cli(['statsu'], { env: testHome().env }),
  unknownOption: () => cli(['status', '--jsn'], { env: testHome().env }),
  exclusiveOptions: () => cli(['preview', '--json', '--raw'], { env: testHome().env }),
  valueMissing: () => cli(['collector', '--port'], { env: testHome().env }),
  argumentMissing: () => cli(['completion'], { env: testHome().env }),
  invalidChoice: () => cli(['completion', 'tcsh'], { env: testHome().env }),
  tooManyArguments: () => cli(['status', 'now'], { env: testHome().env }),
};

const ids = Object.keys(ERROR_TABLE) as ErrorId[];
const commanderIds = Object.keys(COMMANDER_ERRORS) as (keyof typeof COMMANDER_ERRORS)[];

describe('docs/errors.md lists what happens', () => {
  test.each(ids)('%s', async (id) => {
    const { message, code } = ERROR_TABLE[id];
    const shown = await TRIGGERS[id]();
    const said = shown.stderr.replace(/\s+/g, ' ').trim();
    expect(said).toMatch(new RegExp(`(^| )Error: ${pattern(message)}$`));
    expect(shown.code).toBe(code === 'USAGE' ? 2 : code === 'OFF' ? 3 : 1);
    expect(said).not.toMatch(/ {4}at |node:internal|undefined|<\w+>/);
  });

  test.each(commanderIds)('%s, in the words of commander', async (id) => {
    const shown = await COMMANDER_TRIGGERS[id]();
    expect(shown.stderr.replace(/\s+/g, ' ')).toMatch(new RegExp(`^Error: ${pattern(COMMANDER_ERRORS[id].message)}`));
    expect(shown.code).toBe(2);
  });

  test('every error of the table is provoked', () => {
    expect(Object.keys(TRIGGERS).sort()).toEqual([...ids].sort());
    expect(Object.keys(COMMANDER_TRIGGERS).sort()).toEqual([...commanderIds].sort());
    expect(ids.length).toBeGreaterThan(30);
  });

  test('what is nearly right is suggested', async () => {
    const { env } = testHome();
    expect((await cli(['statsu'], { env })).stderr).toContain('Did you mean status?');
    expect((await cli(['status', '--jsn'], { env })).stderr).toContain('Did you mean --json?');
  });
});

/* Checked by tsc: a line below `@ts-expect-error` fails there as soon as it compiles. */
test('only an error of the table compiles, with a value for each placeholder', () => {
  const { code, message } = new AnalyticsError(LIBRARY_ERRORS.configNotWritten, { file: 'f', cause: 'c' });
  expect({ code, message }).toEqual({
    code: 'CONFIG_NOT_WRITTEN',
    message: expect.stringMatching(/^f could not be written: c\. Nothing was changed\./),
  });
  expect(new AnalyticsError(CLI_ERRORS.noCopy).message).toBe(CLI_ERRORS.noCopy.message);
  expect([
    // @ts-expect-error an error that is not in the table
    new AnalyticsError({ code: 'COLLECTOR', message: 'Anything.', why: '' }),
    // @ts-expect-error `<cause>` is missing
    new AnalyticsError(LIBRARY_ERRORS.configNotWritten, { file: 'f' }),
    // @ts-expect-error `<cause>` is misspelled
    new AnalyticsError(LIBRARY_ERRORS.configNotWritten, { file: 'f', cuase: 'c' }),
    // @ts-expect-error the values are missing
    new AnalyticsError(COLLECTOR_ERRORS.invalidNumber),
    // @ts-expect-error there is no placeholder
    new AnalyticsError(CLI_ERRORS.noCopy, { day: 'd' }),
  ]).toHaveLength(5);
});
