import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDeclaration } from '../../src/core/consent/server-declaration.js';
import { readPause } from '../../src/core/deliver/pace.js';
import { readReceipt } from '../../src/core/deliver/receipts.js';
import { readSent } from '../../src/core/inspect/sent.js';
import { createPage, parsePage } from '../../src/core/record/counter-page.js';
import { decode } from '../../src/core/report/decode.js';
import { preview, readStatus } from '../../src/index.js';
import { openEnvelope } from '../../src/schema/envelope.js';
import type { FixedClock } from '../../src/testing/index.js';
import { report } from '../support/attack.js';
import { checkingDestination } from '../support/destination.js';
import { type TestHome, testHome, tree } from '../support/home.js';
import { cli, runScript } from '../support/processes.js';
import { exampleReport, putReport } from '../support/reports.js';
import { testTracker, until, vocabulary } from '../support/tracker.js';

const DAY = '2026-11-22';
const NEXT_DAY = '2026-11-23T10:00:00Z';
const CALLS = 42;

function putCounts({ paths }: TestHome): void {
  const page = createPage(DAY);
  for (let call = 0; call < CALLS; call += 1) page.add('tool query', ['successes', 'latency_le_10']);
  mkdirSync(paths.spool, { recursive: true });
  writeFileSync(join(paths.spool, `${DAY}.0000000a.txt`), page.bytes());
}

const body = await exampleReport('2026-11-20');
const asText = (change: (parsed: { batch: Record<string, unknown>[] }) => void): string => {
  const parsed = JSON.parse(body);
  change(parsed);
  return JSON.stringify(parsed);
};
const withNumber = (number: string) => body.replace(/"invocations":\d+/, `"invocations":${number}`);

/** What stands under a name of ours; a function puts something that is no regular file there. */
const HOSTILE: Record<string, string | ((path: string, outside: string) => void)> = {
  empty: '',
  'half of a report': body.slice(0, body.length / 2),
  'no JSON': 'analytics: true\n',
  'binary noise': Buffer.from(Uint8Array.from({ length: 4096 }, (_, at) => (at * 167) % 256)).toString('latin1'),
  null: 'null',
  array: '[1]',
  'an object of nothing': '{}',
  __proto__: '{"__proto__":{"batch":[],"tools":[],"until":1},"constructor":{"prototype":{"polluted":true}}}',
  'a report with __proto__': asText(({ batch }) => batch.push(JSON.parse('{"__proto__":{"event":"tool_usage"}}'))),
  'a million keys': `{${Array.from({ length: 1_000_000 }, (_, at) => `"k${at}":1`).join()}}`,
  'a deep nest': `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
  NaN: withNumber('NaN'),
  negative: withNumber('-5'),
  '1e308': withNumber('1e308'),
  fraction: withNumber('1.5'),
  'a number that is a string': withNumber('"7"'),
  'too many rows': asText(({ batch }) => batch.push(...Array.from({ length: 200 }, () => batch[0] as never))),
  'a newer version': '{"version":99,"batch":"later","tools":{"a":1},"features":7,"posthog":[],"until":"soon"}',
  'a page of another format': `dot-ai-analytics spool 99 ${DAY}\ntool query successes=9999\n`,
  'a page with impossible cells': `dot-ai-analytics spool 1 ${DAY}\ntool query successes=-001 successes=1e99 successes=NaN0 successes=00042\ntool __proto__ successes=0007\n`,
  'a folder': (path) => mkdirSync(join(path, 'inside'), { recursive: true }),
  'a FIFO': (path) => execFileSync('mkfifo', [path]),
  'a link to a file elsewhere': (path, outside) => symlinkSync(outside, path),
  'a link to nowhere': (path) => symlinkSync('/nonexistent/nothing', path),
  'a link to itself': (path) => symlinkSync(path, path),
  'a link to /dev/zero': (path) => symlinkSync('/dev/zero', path),
};

const NAMES = [
  `spool/${DAY}.0000000b.txt`,
  'spool/2026-11-19.0000000b.txt',
  'spool/2026-11-19.closed.json',
  'outbox/2026-11-19.json',
  'outbox/next.json',
  'sending/2026-11-19.json',
  'sent/2026-11-19.json',
  'sent/2026-11-19.receipt.json',
  'server.json',
  'spool/foreign',
  'outbox/foreign.json',
];

/** The clock stands still but for this. */
function passes(clock: FixedClock): true {
  clock.advance(20);
  return true;
}

/** Puts a hostile thing under one of our names, closes and sends a good day beside it, and looks at it all. */
async function surviveBeside(name: string, kind: string): Promise<void> {
  const what = `${kind} as ${name}`;
  const home = testHome({ analytics: true });
  putCounts(home);
  const outside = join(home.folder, 'outside.json');
  writeFileSync(outside, body);
  const path = join(home.paths.data, name);
  mkdirSync(dirname(path), { recursive: true });
  const put = HOSTILE[kind];
  if (typeof put === 'function') put(path, outside);
  else writeFileSync(path, put as string);
  lutimesSync(path, 0, 0); // left long ago, also as a claim

  const received = await checkingDestination(home);
  const { analytics, clock, use } = testTracker(home, { posthog: received.posthog }, { now: NEXT_DAY });
  const invocations = () =>
    received.requests
      .flatMap(({ body }) => JSON.parse(body.toString()).batch)
      .filter(({ timestamp, event }) => timestamp.startsWith(DAY) && event === 'tool_usage')
      .map(({ properties }) => `${properties.tool} ${properties.invocations}`);
  await until(() => passes(clock) && invocations().length > 0, `${what}: the good day`);
  await use('query', 3);
  await preview({ env: home.env });
  readStatus({ env: home.env });
  readSent({ env: home.env }).reports;
  await analytics.close();

  expect(invocations(), what).toEqual([`query ${CALLS}`]);
  expect(tree(home.folder)['outside.json'], what).toBe(body);
  const others = received.requests.filter(({ body }) => !body.toString().includes(DAY));
  // A whole report may be sent, although another program wrote it. Nothing else of all this may leave.
  expect(
    others.map(({ body }) => body.toString()).filter((sent) => sent !== body),
    what,
  ).toEqual([]);
  expect(({} as { polluted?: true }).polluted).toBeUndefined();
}

describe('P7, P3: what stands under a name of ours', () => {
  test.each(NAMES)('%s, of every hostile kind', { timeout: 120_000 }, async (name) => {
    for (const kind of Object.keys(HOSTILE)) await surviveBeside(name, kind);
    report('hostile files', { name, kinds: Object.keys(HOSTILE).length });
  });

  test.each(['spool', 'outbox', 'sending', 'sent'])('a thing in the place of the folder %s', async (folder) => {
    for (const kind of ['empty', 'a FIFO', 'a link to a file elsewhere', 'a link to nowhere', 'a link to itself']) {
      const home = testHome({ analytics: true });
      if (folder !== 'spool') putCounts(home);
      const outside = join(home.folder, 'outside.json');
      writeFileSync(outside, body);
      mkdirSync(home.paths.data, { recursive: true });
      const path = join(home.paths.data, folder);
      const put = HOSTILE[kind];
      if (typeof put === 'function') put(path, outside);
      else writeFileSync(path, put as string);
      const received = await checkingDestination(home);
      const { analytics, clock, use } = testTracker(home, { posthog: received.posthog }, { now: NEXT_DAY });
      await use('query', 3);
      clock.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 60));
      await preview({ env: home.env });
      readStatus({ env: home.env });
      await analytics.close();
      // Taken away, everything goes on.
      rmSync(path, { recursive: true, force: true });
      rmSync(join(home.paths.outbox, 'next.json'), { force: true });
      const after = testTracker(home, { posthog: received.posthog }, { now: NEXT_DAY });
      const days = () =>
        received.requests.map(({ body }) => JSON.parse(body.toString()).batch[0].timestamp.slice(0, 10));
      if (folder !== 'spool')
        await until(() => passes(after.clock) && days().includes(DAY), `${kind} as ${folder}: the good day`);
      await after.analytics.close();
      expect(days().filter((day) => day === DAY).length, `${kind} as ${folder}`).toBeLessThanOrEqual(1);
      expect(tree(home.folder)['outside.json']).toBe(body);
    }
  });
});

test('P7: cut at every byte: a report, a receipt, a declaration, a pause and a page are whole or nothing', async () => {
  const home = testHome({ analytics: true });
  const received = await checkingDestination(home);
  await putReport(home, DAY);
  const first = testTracker(home, { posthog: received.posthog }, { now: NEXT_DAY });
  await until(() => passes(first.clock) && readSent({ env: home.env }).reports.length === 1, 'a receipt');
  received.respondWith((_request, response) => void response.writeHead(503).end());
  await putReport(home, '2026-11-21');
  const second = testTracker(home, { posthog: received.posthog }, { now: NEXT_DAY });
  await until(() => passes(second.clock) && existsSync(join(home.paths.outbox, 'next.json')), 'a pause');
  await second.use('query');
  await Promise.all([first.analytics.close(), second.analytics.close()]);

  let cuts = 0;
  const everyCut = (path: string, isNothing: () => boolean) => {
    const text = tree(dirname(path))[path.slice(dirname(path).length + 1)] as string;
    const last = text.trimEnd().length - 1; // without the newline at its end it is whole
    for (let length = 0; length <= last; length += 1) {
      writeFileSync(path, text.slice(0, length), 'latin1');
      expect(isNothing(), `${path} cut at ${length}`).toBe(true);
      cuts += 1;
    }
    writeFileSync(path, text, 'latin1');
    expect(isNothing(), `${path} whole`).toBe(false);
  };
  everyCut(join(home.paths.sent, `${DAY}.receipt.json`), () => readReceipt(home.paths, DAY) === undefined);
  everyCut(home.paths.server, () => readDeclaration(home.paths) === undefined);
  const now = Date.parse(NEXT_DAY);
  everyCut(
    join(home.paths.outbox, 'next.json'),
    () =>
      readPause(home.paths, { host: new URL(received.posthog.host).origin, key: received.posthog.key }, now) ===
      undefined,
  );
  for (let length = 0; length < body.length; length += 1) {
    expect(openEnvelope(body.slice(0, length), vocabulary), `a report cut at ${length}`).toHaveProperty('problem');
    expect(decode(body.slice(0, length))).toBeUndefined();
    cuts += 1;
  }
  const [name = ''] = readdirSync(home.paths.spool).filter((file) => file.endsWith('.txt'));
  const page = tree(home.paths.spool)[name] as string;
  const whole = parsePage(page, '2026-11-23');
  expect(whole.get('tool query')?.get('successes')).toBe(1);
  for (let length = 0; length < page.length; length += 1) {
    for (const [line, cells] of parsePage(page.slice(0, length), '2026-11-23')) {
      for (const [cell, count] of cells) expect(count).toBeLessThanOrEqual(whole.get(line)?.get(cell) ?? -1);
    }
    cuts += 1;
  }
  report('cut at every byte', { cuts });
});

test.each([
  ['arrays', '[', ']'],
  ['objects', '{"a":', '}'],
])(
  'P2, P6: 10,000 nested %s as the setting: every command answers, and a server that runs lives on',
  async (_name, open, close) => {
    const config = `{"analytics": ${open.repeat(10_000)}1${close.repeat(10_000)}}`;
    for (const [args, code] of [
      ['status', 0],
      ['status --json', 0],
      ['status --exit-code', 3],
      ['preview', 0],
      ['hint', 0],
      ['hint --mark-shown', 1],
      ['enable --yes', 1],
      ['enable --yes --replace', 0],
      ['disable', 0],
    ] as const) {
      const finished = await cli(args.split(' '), { env: testHome(config).env });
      expect({ args, ...finished }).toMatchObject({ args, code });
      expect(finished.stdout.length).toBeLessThan(10_000);
    }
    const home = testHome({ analytics: true });
    const script = `
    import { writeFileSync } from 'node:fs';
    import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
    const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false }, { timing: { tick: 5 } });
    const call = () => analytics.session().run('query', async () => 'answer');
    await call();
    const on = analytics.statusLine();
    writeFileSync(${JSON.stringify(home.paths.config)}, ${JSON.stringify(config)});
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(on.slice(0, 18), await call(), analytics.statusLine().slice(0, 19));
    await analytics.close();`;
    const { code, stdout, stderr } = await runScript(script, { env: home.env });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'Analytics: enabled answer Analytics: disabled\n',
      stderr: '',
    });
  },
);

const canBeNobody = process.getuid?.() === 0 && existsSync('/usr/bin/setpriv');
if (!canBeNobody) process.stderr.write('SKIPPED: without root and setpriv, no other user’s files can be made\n');

test.runIf(canBeNobody)(
  'another user’s files that can’t be read, or read and not moved: the rest goes on',
  async () => {
    const NOBODY = 65534;
    for (const mode of [0o600, 0o644]) {
      const home = testHome({ analytics: true });
      putCounts(home);
      for (const name of NAMES) {
        mkdirSync(dirname(join(home.paths.data, name)), { recursive: true });
        if (name !== `spool/${DAY}.0000000b.txt`) writeFileSync(join(home.paths.data, name), body);
      }
      const all = [home.folder, home.paths.folder, home.paths.config, home.paths.data, home.paths.spool];
      const mine = [
        ...all,
        home.paths.outbox,
        home.paths.sending,
        home.paths.sent,
        join(home.paths.spool, `${DAY}.0000000a.txt`),
      ];
      for (const path of mine) chownSync(path, NOBODY, NOBODY);
      for (const name of NAMES.filter((one) => existsSync(join(home.paths.data, one))))
        chmodSync(join(home.paths.data, name), mode);
      const received = await checkingDestination();
      const script = `
      import { existsSync } from 'node:fs';
      import { createAnalytics, dotAiVocabulary, readStatus, preview } from 'dot-ai-analytics';
      const now = Date.parse('${NEXT_DAY}');
      const analytics = createAnalytics(
        { ...dotAiVocabulary, ephemeral: false, posthog: ${JSON.stringify(received.posthog)} },
        { clock: () => now + performance.now(), timing: { tick: 5, startSpread: 0, interval: 20 } },
      );
      await analytics.session().run('query', async () => ({}));
      const sent = process.env.HOME + '/.dot-ai/analytics/sent/${DAY}.json';
      for (let tries = 0; tries < 400 && !existsSync(sent); tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
      readStatus(); await preview();
      await analytics.close();`;
      const under = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
      const { code, stderr } = await runScript(script, { env: home.env, under });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const sent = received.requests.flatMap(({ body }) => JSON.parse(body.toString()).batch);
      const good = sent.filter(({ timestamp, properties }) => timestamp.startsWith(DAY) && properties.tool === 'query');
      expect(good.map(({ properties }) => properties.invocations)).toEqual([CALLS]);
    }
  },
);
