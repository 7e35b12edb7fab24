import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { READERS } from '../../src/cli/command-table.js';
import { documents, HANDWRITTEN } from '../../src/cli/docs/documents.js';
import { withoutFigures } from '../../src/cli/docs/figures.js';
import { checkingDestination } from '../support/destination.js';
import { type TestHome, testHome, tree } from '../support/home.js';
import { CLI, cli, ROOT, run } from '../support/processes.js';
import { putReport } from '../support/reports.js';
import { testTracker } from '../support/tracker.js';

const COMMANDS = [
  ['status'],
  ['status', '--json'],
  ['preview'],
  ['preview', '--json'],
  ['preview', '--raw'],
  ['history'],
  ['history', '--json'],
  ['history', '--csv'],
  ['sent'],
  ['sent', '--json'],
  ['hint'],
  ['schema'],
  ['schema', '--json'],
];
const CHANGING = [
  ['enable', '--yes'],
  ['disable'],
  ['hint', '--mark-shown'],
  ['hint', '--reset'],
  ['clear'],
  ['disable', '--purge'],
];

const yesterday = () => new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

describe('P1: looking writes nothing', () => {
  test.each(COMMANDS)('%s %s', async (...args) => {
    const home = testHome();
    const { code, stderr } = await cli(args.filter(Boolean), { env: home.env });
    expect(code).toBe(0);
    expect(stderr).toMatch(args[1] === '--raw' ? /example/ : /^$/);
    expect(tree(home.folder)).toEqual({});
  });
});

test('status --json of a new home', async () => {
  const home = testHome();
  const { stdout } = await cli(['status', '--json'], { env: home.env });
  expect(JSON.parse(stdout)).toEqual({
    version: 1,
    enabled: false,
    decidedBy: 'default',
    layers: [
      ...['policy', 'DO_NOT_TRACK', 'DOT_AI_ANALYTICS', 'DOT_AI_TELEMETRY', 'ci', 'config'].map((layer) => ({
        layer,
        value: null,
        verdict: 'none',
      })),
      { layer: 'default', value: null, verdict: 'off' },
    ],
    config: { path: home.paths.config, state: 'missing', analytics: null, acceptedSchema: null },
    schema: 1,
    hintShown: false,
    today: null,
    waiting: [],
    lastSent: null,
    dropped: 0,
    destination: null,
    recipient: null,
    lastFailure: null,
    nextTry: null,
    unfrozen: [],
    warnings: [],
  });
});

describe('the choice', () => {
  test('enable, status, disable', async () => {
    const home = testHome();
    const { env } = home;
    expect(await cli(['status', '--exit-code'], { env })).toMatchObject({ code: 3 });
    expect(await cli(['enable', '--yes'], { env })).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('In effect here: on'),
    });
    expect(JSON.parse(readFileSync(home.paths.config, 'utf8'))).toEqual({ analytics: true, analyticsSchema: 1 });
    expect(await cli(['status', '--exit-code'], { env })).toMatchObject({ code: 0 });
    expect(await cli(['disable'], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('In effect here: off'),
    });
    expect(JSON.parse(readFileSync(home.paths.config, 'utf8'))).toEqual({ analytics: false });
  });

  test('enable while the environment says no: saved, both states shown, exit 1', async () => {
    const home = testHome();
    const result = await cli(['enable', '--yes'], { env: { ...home.env, DOT_AI_ANALYTICS: 'false' } });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/Saved: on/);
    expect(result.stdout).toMatch(/In effect here: off, because of the environment variable DOT_AI_ANALYTICS/);
    expect(result.stderr).toMatch(/^Error: /);
    expect(JSON.parse(readFileSync(home.paths.config, 'utf8'))).toMatchObject({ analytics: true });
  });

  test('disable while the environment says yes: saved, both states shown, exit 1', async () => {
    const home = testHome();
    const result = await cli(['disable'], { env: { ...home.env, DOT_AI_ANALYTICS: 'true' } });
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/Saved: off[\s\S]*In effect here: on, because of/);
  });

  test('disable on a corrupt file works and keeps a copy; hint refuses it', async () => {
    const home = testHome('{"analytics": tru');
    expect(await cli(['hint', '--mark-shown'], { env: home.env })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /config\.json, line 1, column 15: this\s+is\s+not\s+JSON\. Nothing\s+was\s+changed/,
      ),
    });
    const result = await cli(['disable'], { env: home.env });
    expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining('config.json.kept-1') });
    expect(tree(home.paths.folder)).toMatchObject({ 'config.json.kept-1': '{"analytics": tru' });
    expect(JSON.parse(readFileSync(home.paths.config, 'utf8'))).toEqual({ analytics: false });
  });

  test.each([
    ['a folder in its place', (home: TestHome) => mkdirSync(join(home.paths.config, 'x'), { recursive: true })],
    ['a file in the place of the folder', (home: TestHome) => writeFileSync(home.paths.folder, 'x')],
  ])('%s: a clear error, exit 1, nothing half-done', async (_name, make) => {
    const home = testHome();
    make(home);
    const before = tree(home.folder);
    for (const args of [['enable', '--yes'], ['disable'], ['hint', '--mark-shown']]) {
      const { code, stderr } = await cli(args, { env: home.env });
      expect(code).toBe(1);
      expect(stderr.replaceAll('\n', ' ')).toMatch(
        /^Error: .*config\.json(: it cannot be read| could not be written).+ Nothing was changed\./,
      );
      expect(stderr).not.toMatch(/\n\s+at /);
    }
    expect(tree(home.folder)).toEqual(before);
  });

  test.runIf(process.getuid?.() === 0)('a read-only home: a clear error, exit 1, nothing half-done', async () => {
    const home = testHome();
    mkdirSync(home.paths.folder);
    chmodSync(home.folder, 0o755);
    // As another user, since root may write everywhere.
    const under = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const { code, stderr } = await cli(['enable', '--yes'], { env: home.env, under });
    expect(code).toBe(1);
    expect(stderr.replaceAll('\n', ' ')).toMatch(/config\.json could not be written: permission denied/);
    expect(tree(home.folder)).toEqual({});
  });

  test('no home at all', async () => {
    const env = { PATH: process.env.PATH, DOT_AI_CONFIG_DIR: 'relative' };
    expect(await cli(['enable', '--yes'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not an absolute path'),
    });
    expect(await cli(['status'], { env })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('not an absolute path'),
    });
    expect(await cli(['sent'], { env })).toMatchObject({ code: 1 });
  });
});

test('nothing is read relative to the current directory, and nothing there is run', async () => {
  const home = testHome();
  const folder = join(home.folder, 'checkout');
  const yes = '{"analytics": true, "dot-ai": {"analytics": true}}';
  const trap = `require('fs').writeFileSync(${JSON.stringify(join(home.folder, 'trapped'))}, ''); module.exports = {analytics: true};`;
  mkdirSync(join(folder, '.config'), { recursive: true });
  mkdirSync(join(folder, '.dot-ai'));
  for (const name of ['.config/config.js', '.dot-airc.js', 'dot-ai.config.js', '.config/dot-airc.js'])
    writeFileSync(join(folder, name), trap);
  for (const name of ['package.json', '.dot-ai/config.json', 'config.json', '.dot-airc', '.dot-airc.json'])
    writeFileSync(join(folder, name), yes);
  writeFileSync(join(folder, '.env'), 'DOT_AI_ANALYTICS=true\n');
  for (const args of COMMANDS) expect((await cli(args, { env: home.env, cwd: folder })).code).toBe(0);
  const { stdout } = await cli(['status', '--json'], { env: home.env, cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ enabled: false, decidedBy: 'default' });
  const server = `
    const { createAnalytics, dotAiVocabulary } = require('${ROOT}dist/cjs/index.js');
    const analytics = createAnalytics({ ...dotAiVocabulary, hint: false });
    console.log(analytics.statusLine());`;
  expect((await run(process.execPath, ['-e', server], { env: home.env, cwd: folder })).stdout).toMatch(/disabled/);
  expect(Object.keys(tree(home.folder)).filter((name) => !name.startsWith('checkout/'))).toEqual([]);
});

describe('preview', () => {
  test('while off: example counts, clearly marked', async () => {
    const { stdout } = await cli(['preview', '--json'], { env: testHome().env });
    const { enabled, kind, requests } = JSON.parse(stdout);
    expect({ enabled, kind, count: requests.length }).toEqual({ enabled: false, kind: 'example', count: 1 });
    expect((await cli(['preview'], { env: testHome().env })).stdout).toMatch(/^Analytics is off\. EXAMPLE/);
  });

  test('a draft says that ids and order are drawn when the day closes', async () => {
    const home = testHome({ analytics: true });
    const { analytics, use } = testTracker(
      home,
      {},
      { now: new Date().toISOString(), timing: { tick: 1e6, startSpread: 1e9, interval: 1e9 } },
    );
    await use('query', 6);
    await analytics.close();
    const { stdout } = await cli(['preview'], { env: home.env });
    expect(stdout.replaceAll('\n', ' ')).toMatch(/Draft: .*random ids and the order of rows are drawn then/);
    expect((await cli(['preview', '--raw'], { env: home.env })).stderr.replaceAll('\n', ' ')).toMatch(
      /Draft: nothing of it was sent/,
    );
    expect((await cli(['status', '--json'], { env: home.env })).stdout).toContain('"rows": 5');
  });

  test('P5: the raw bytes are the file’s, and status names the same hash', async () => {
    const home = testHome({ analytics: true });
    const body = await putReport(home, yesterday());
    expect((await cli(['preview', '--raw'], { env: home.env })).stdout).toBe(body);
    const { requests } = JSON.parse((await cli(['preview', '--json'], { env: home.env })).stdout);
    const { waiting } = JSON.parse((await cli(['status', '--json'], { env: home.env })).stdout);
    expect(waiting).toEqual([
      {
        day: yesterday(),
        rows: JSON.parse(body).batch.length,
        bytes: Buffer.byteLength(body),
        sha256: requests[0].sha256,
      },
    ]);
  });

  test('off here, but a server counted: what it would send is shown, not an example', async () => {
    const home = testHome({ analytics: false });
    await putReport(home, yesterday());
    const { stdout } = await cli(['preview', '--json'], { env: home.env });
    expect(JSON.parse(stdout)).toMatchObject({ enabled: false, kind: 'pending', requests: [{ state: 'final' }] });
    expect((await cli(['status'], { env: home.env })).stderr.replaceAll('\n', ' ')).toMatch(
      /counts exist although analytics is off here/,
    );
  });
});

test('where nothing can be written, status and preview say what they cannot show', async () => {
  const home = testHome({ analytics: true });
  writeFileSync(home.paths.data, 'in the way');
  for (const args of [['status'], ['preview']]) {
    const { code, stderr } = await cli(args, { env: home.env });
    expect(code).toBe(0);
    expect(stderr.replaceAll('\n', ' ')).toMatch(
      /Warning: .*analytics cannot be written, because a part of the path is not a folder \(ENOTDIR\): a server keeps its counts in memory/,
    );
  }
  // A home that does not exist yet is made when it is needed.
  const later = { ...home.env, HOME: join(home.folder, 'not', 'yet'), DOT_AI_ANALYTICS: 'true' };
  expect(await cli(['status'], { env: later })).toMatchObject({ code: 0, stderr: '' });
});

describe('send and sent', () => {
  test('delivered, and every copy verifies until somebody changes it', async () => {
    const home = testHome({ analytics: true });
    const received = await checkingDestination();
    const env = { ...home.env, ...received.env };
    const body = await putReport(home, yesterday(), 'phc_test');
    expect(await cli(['send'], { env })).toMatchObject({
      code: 0,
      stdout: `${yesterday()}  delivered\n`,
    });
    expect(received.requests.map((request) => request.body.toString())).toEqual([body]);
    expect((await cli(['sent', '--raw'], { env })).stdout).toBe(body);
    expect(await cli(['sent', '--verify'], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/intact\n$/),
    });
    expect(JSON.parse((await cli(['sent', yesterday(), '--json'], { env })).stdout)).toMatchObject({
      version: 1,
      reports: [{ outcome: 'delivered', status: 200, body }],
    });
    expect((await cli(['sent', yesterday()], { env })).stdout).toContain('13 calls');
    writeFileSync(join(home.paths.sent, `${yesterday()}.json`), `${body} `);
    expect(await cli(['sent', '--verify'], { env })).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/altered\n$/),
    });
    expect(await cli(['send'], { env })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Nothing is waiting/),
    });
  });

  test.each([
    ['off', { analytics: false }, {}, /Analytics is off/, 3],
    ['no destination', { analytics: true }, {}, /No destination is known/],
    [
      'a bad destination',
      { analytics: true },
      { DOT_AI_POSTHOG_HOST: 'http://example.com', DOT_AI_POSTHOG_KEY: 'k' },
      /not https/,
    ],
    [
      'a closed port',
      { analytics: true },
      { DOT_AI_POSTHOG_HOST: 'http://127.0.0.1:9', DOT_AI_POSTHOG_KEY: 'phc_test' },
      /Not every report was delivered: 1 kept/,
    ],
  ])('%s: a clear error and exit code, the report is kept', async (_name, config, variables, error, exit = 1) => {
    const home = testHome(config);
    const body = await putReport(home, yesterday());
    const { code, stderr } = await cli(['send'], { env: { ...home.env, ...variables } });
    expect(code).toBe(exit);
    expect(stderr.replaceAll('\n', ' ')).toMatch(error);
    expect(readFileSync(join(home.paths.outbox, `${yesterday()}.json`), 'utf8')).toBe(body);
  });

  test.each(['yesterday', '2026-02-30', '../../etc/passwd'])('the day %j is a usage error', async (day) => {
    expect(await cli(['sent', day], { env: testHome().env })).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('what people read', () => {
  test('three lines of status say: on or off and why, who receives, what waits', async () => {
    const home = testHome({ analytics: true, analyticsDestination: { host: 'https://EU.i.posthog.com', key: 'k' } });
    await putReport(home, yesterday());
    const { stdout } = await cli(['status'], { env: home.env });
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'Analytics is on: the opt-in in config.json.',
      'Recipient: https://eu.i.posthog.com, named by config.json.',
      expect.stringMatching(/^Waiting: 1 report, [\d,]+ bytes\.$/),
      '',
    ]);
    expect(stdout).not.toContain('not set');
  });

  test('status --verbose shows every layer, and marks the one that decides', async () => {
    const { env } = testHome({ analytics: true });
    const { stdout } = await cli(['status', '--verbose'], { env: { ...env, DO_NOT_TRACK: '1' } });
    expect(stdout).toMatch(/DO_NOT_TRACK +1, says off: this decides\n +DOT_AI_ANALYTICS +not set\n/);
    expect(stdout).toMatch(/config +true, says on\n/);
    expect(stdout.match(/this decides/g)).toHaveLength(1);
  });

  test('what failed last, and when the next attempt is made', async () => {
    const home = testHome({ analytics: true });
    const env = { ...home.env, DOT_AI_POSTHOG_HOST: 'http://127.0.0.1:9', DOT_AI_POSTHOG_KEY: 'phc_test' };
    await putReport(home, yesterday());
    await cli(['send'], { env });
    const { stdout } = await cli(['status'], { env });
    expect(stdout).toMatch(
      /last failure +20.*: nothing listens at the address of the\s+destination; the report is kept\n/,
    );
    expect(stdout).toMatch(/next attempt +by a running server, from 20\d\d-\d\d-\d\d \d\d:\d\d UTC\n/);
    const elsewhere = await cli(['status'], { env: { ...env, DOT_AI_POSTHOG_KEY: 'phc_other' } });
    expect(elsewhere.stdout).toMatch(/last failure +20/);
    expect(elsewhere.stderr.replaceAll('\n', ' ')).toContain('another recipient, http://127.0.0.1:9 with another key');
  });

  test('on three lines of preview a person can decide', async () => {
    const env = { ...testHome().env, DOT_AI_POSTHOG_HOST: 'https://eu.i.posthog.com', DOT_AI_POSTHOG_KEY: 'k' };
    const { stdout } = await cli(['preview'], { env });
    const [first = ''] = stdout.split('\n\n');
    expect(first.replaceAll('\n', ' ')).toMatch(
      /^Analytics is off\. EXAMPLE: \d+ rows of invented counts \(tools, .*\); no identifier, name or content\. Recipient: https:\/\/eu\.i\.posthog\.com, named by the environment; it sees the IP address\. Sent once a day, within 12 hours after 01:00 UTC\. Turn it on: dot-ai-analytics enable\. Off again: dot-ai-analytics disable$/,
    );
    expect(first.split('\n').length).toBeLessThanOrEqual(5);
    expect(stdout).toContain('9 up to 2 s, 3 from 2 to');
    const home = testHome({ analytics: true });
    await putReport(home, yesterday());
    const [on = ''] = (await cli(['preview'], { env: home.env })).stdout.split('\n\n');
    expect(on).toMatch(/^Analytics is on\. Not sent yet: 1 day, \d+ rows of counts \(/);
    expect(on).toMatch(/\nStop, and delete what was not sent: dot-ai-analytics disable$/);
  });

  test('each row is said to carry an id that no other row or day shares', async () => {
    const { stdout } = await cli(['preview'], { env: testHome().env });
    expect(stdout.replaceAll('\n', ' ')).toContain('It is never used again, so it cannot link two rows or two days');
  });

  test('a command that is printed can be run: through npx, and with the folder of this run', async () => {
    const { env, folder } = testHome();
    const through = async (args: string[], variables: NodeJS.ProcessEnv) => {
      const { stdout, stderr } = await cli(args, { env: { ...env, COLUMNS: '120', ...variables } });
      return stdout + stderr;
    };
    expect(await through(['status'], { npm_command: 'exec' })).toContain(': npx dot-ai-analytics preview\n');
    expect(await through(['send'], { npm_command: 'exec' })).toContain(
      'decides: npx dot-ai-analytics status --verbose\n',
    );
    expect(await through(['--help'], { npm_command: 'exec' })).toContain('  npx dot-ai-analytics preview  ');
    const DOT_AI_CONFIG_DIR = join(folder, "it's $here, <decider>");
    const quoted = `'${folder}/it'\\''s $here, <decider>'`;
    expect((await through(['send'], { DOT_AI_CONFIG_DIR })).replace(/\s+/g, ' ')).toContain(
      `decides: DOT_AI_CONFIG_DIR=${quoted} dot-ai-analytics status`,
    );
    const [, command = ''] =
      /See what would be sent: (.*)/.exec(await through(['status'], { DOT_AI_CONFIG_DIR: join(folder, 'x y') })) ?? [];
    const shell = `dot-ai-analytics() { printf '%s|' "$DOT_AI_CONFIG_DIR" "$@"; }; ${command}`;
    expect((await run('bash', ['-c', shell], { env: { PATH: process.env.PATH } })).stdout).toBe(
      `${join(folder, 'x y')}|preview|`,
    );
    expect(await through(['status'], { DOT_AI_CONFIG_DIR: `${folder}/\u001b` })).toContain(
      ': dot-ai-analytics preview\n',
    );
  });

  test('the help has the commands by who reads it, examples, and the environment; -v is the version', async () => {
    const { env } = testHome();
    const { stdout } = await cli(['--help'], { env });
    for (const heading of [...Object.values(READERS), 'Examples', 'Exit codes'])
      expect(stdout).toContain(`\n${heading}:\n`);
    expect(stdout).toMatch(/\nEnvironment[^\n]*:\n {2}DO_NOT_TRACK=1 +off\n/);
    const versions = await Promise.all(
      ['-v', '-V', '--version'].map(async (flag) => (await cli([flag], { env })).stdout),
    );
    expect(new Set(versions).size).toBe(1);
    expect(versions[0]).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('the command line itself', () => {
  test.each([
    [['enabel'], /unknown command 'enabel'[\s\S]*Did you mean enable\?/],
    [['status', '--jsn'], /unknown option '--jsn'[\s\S]*Did you mean --json\?/],
    [['status', 'x'], /too many arguments/],
    [['preview', '--json', '--raw'], /cannot be used with/],
    [['--frobnicate'], /unknown option/],
  ])('%j: exit 2', async (args, message) => {
    const { code, stdout, stderr } = await cli(args, { env: testHome().env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test.each([[['--help']], [['--version']], [['help', 'status']], [['status', '--help']]])(
    '%j: exit 0',
    async (args) => {
      expect(await cli(args, { env: testHome().env })).toMatchObject({ code: 0, stderr: '' });
    },
  );

  test('alone and without a terminal it prints the status and ends', async () => {
    const { code, stdout } = await cli([], { env: testHome().env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Analytics is off/);
  });

  test('colors are used only where they are wanted', async () => {
    const env = testHome().env;
    const hasColour = async (variables: NodeJS.ProcessEnv) =>
      (await cli(['preview'], { env: { ...env, ...variables } })).stdout.includes('\u001b[');
    expect(await hasColour({})).toBe(false);
    expect(await hasColour({ FORCE_COLOR: '1' })).toBe(true);
    expect(await hasColour({ FORCE_COLOR: '0' })).toBe(false);
    expect((await cli(['status', '--json'], { env: { ...env, FORCE_COLOR: '1' } })).stdout).not.toContain('\u001b[');
  });

  test('a pipe that closes early is no error', async () => {
    const { code, stdout, stderr } = await run(
      'bash',
      ['-c', `set -o pipefail; "$0" "$1" schema | head -n 1`, process.execPath, CLI],
      { env: testHome().env },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Schema 1/);
  });

  test.each([40, 80])('in %d columns no line of text is wider', async (width) => {
    for (const args of [['status'], ['preview'], ['schema']]) {
      const { stdout } = await cli(args, { env: { ...testHome().env, COLUMNS: String(width) } });
      // Names and hashes cannot be broken; sentences are.
      const wide = stdout.split('\n').filter((line) => line.length > width && line.trim().split(/\s{1,}/).length > 4);
      expect(wide, args.join(' ')).toEqual([]);
    }
  });
});

const readDocument = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');

test('a handwritten document names no number of days that schema/limits.ts does not fill in', () => {
  for (const path of HANDWRITTEN) expect(readDocument(path).match(/\b(21|22|45) days/g), path).toBeNull();
  const renewed = documents((path) => readDocument(path).replaceAll('45<!-- DAYS_KEPT -->', '7<!-- DAYS_KEPT -->'));
  expect(renewed['docs/privacy.md']).toContain('45<!-- DAYS_KEPT --> days');
});

test('a handwritten document names no measured figure that a run of the benchmarks does not fill in', () => {
  for (const path of HANDWRITTEN)
    expect(withoutFigures(readDocument(path)).match(/\d (µs|ns)\b|\d times (as long as )?bare Node/g), path).toBeNull();
  const other = { ...JSON.parse(readDocument('docs/figures.json')), 'record on': '7 h' };
  const renewed = documents((path) => (path === 'docs/figures.json' ? JSON.stringify(other) : readDocument(path)));
  expect(renewed['docs/embedding.md']).toContain('<!-- measured: record on -->7 h<!-- / -->');
});

test('man pages and docs are renderings of the tables (npm run docs)', () => {
  for (const [path, text] of Object.entries(documents(readDocument)))
    expect(readFileSync(`${ROOT}${path}`, 'utf8'), path).toBe(text);
});

const hasMandoc = (await run('which', ['mandoc']).catch(() => ({ code: 1 }))).code === 0;
if (!hasMandoc) process.stderr.write('SKIPPED: without mandoc, the manual pages are not checked\n');

test.runIf(hasMandoc)('mandoc has nothing to say of the manual pages', async () => {
  for (const path of Object.keys(documents(readDocument)).filter((name) => name.startsWith('man/'))) {
    expect((await run('mandoc', ['-Tlint', `${ROOT}${path}`])).stdout, path).toBe('');
  }
});

const hasStrace = (await run('strace', ['-V']).catch(() => ({ code: 1 }))).code === 0;
if (!hasStrace) process.stderr.write('SKIPPED: strace is not installed, so system calls are not watched\n');

describe.runIf(hasStrace)('under strace', () => {
  test.each([...COMMANDS, ...CHANGING])('%s %s opens no socket', async (...args) => {
    const home = testHome({ analytics: true });
    await putReport(home, yesterday());
    const log = join(home.folder, 'strace.log');
    const under = ['strace', '-f', '-qq', '-e', 'trace=network', '-o', log];
    const { code, stderr } = await cli(args.filter(Boolean), { env: home.env, under });
    expect(code, stderr).toBe(0);
    // socketpair() is how Node talks to its own child; a socket() would be a way out.
    expect(
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => /\b(socket|connect|sendto|sendmsg)\(/.test(line)),
    ).toEqual([]);
  });
});

test.runIf(hasStrace)('enable and hint read settings, and no count and no report', async () => {
  const home = testHome({ analytics: true, analyticsSchema: 1 });
  await putReport(home, yesterday());
  await putReport(home, yesterday(), 'phc_test', home.paths.sent);
  const opened = async (...args: string[]) => {
    const log = join(home.folder, 'strace.log');
    const under = ['strace', '-f', '-qq', '-e', 'trace=open,openat', '-o', log];
    expect(await cli(args, { env: home.env, under })).toMatchObject({ code: 0, stderr: '' });
    const paths = readFileSync(log, 'utf8').match(/(?<=")[^"]+(?=")/g) ?? [];
    return paths.filter((path) =>
      [home.paths.spool, home.paths.outbox, home.paths.sent].some((one) => path.startsWith(one)),
    );
  };
  expect(await opened('enable', '--yes')).toEqual([]);
  expect(await opened('hint')).toEqual([]);
  expect(await opened('status')).not.toEqual([]);
});

test('status, enable, disable, hint, schema, clear, sent and history load no module that could send', async () => {
  const probe = `
    process.on('exit', () => {
      const loaded = process.moduleLoadList.filter((name) => /NativeModule (http|https|tls|dns|internal\\/deps\\/undici\\/undici|_http_client)$/.test(name));
      if (loaded.length) process.stderr.write('LOADED ' + loaded.join());
    });`;
  for (const args of [
    ['status'],
    ['enable', '--yes'],
    ['disable'],
    ['hint'],
    ['schema'],
    ['clear'],
    ['sent'],
    ['history'],
  ]) {
    const home = testHome();
    const preload = join(home.folder, 'probe.cjs');
    writeFileSync(preload, probe);
    const { stderr } = await run(process.execPath, ['-r', preload, CLI, ...args], { env: home.env });
    expect(stderr, args.join(' ')).toBe('');
  }
});
