import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { encode } from '../../../src/core/report/encode.js';
import { ownIdentity } from '../../../src/platform/process-identity.js';
import { fillYear } from '../../../src/simulation/year.js';
import { report, SEED, TIMES } from '../../support/attack.js';
import { DAY, install, testCollector, tool } from '../../support/collector.js';
import { calls, node24, post, start, yesterday } from '../../support/collector-process.js';
import { testHome } from '../../support/home.js';
import { CLI, cli } from '../../support/processes.js';
import { until } from '../../support/tracker.js';

describe('P7: kill -9 at any moment', () => {
  test('everything that was acknowledged is there once; what was not, at most once', { timeout: 600_000 }, async () => {
    const db = join(testHome().folder, 'collector.db');
    let acknowledged = 0;
    let unanswered = 0;
    const rounds = 4 * TIMES;
    for (let round = 0; round < rounds; round += 1) {
      const { child, url, ended } = await start(db);
      let isOver = false;
      const sender = async () => {
        while (!isOver) {
          const body = await encode([install(), tool('query', { invocations: 1, successes: 1 })], yesterday, 'k');
          const status = await post(url, body).catch(() => undefined);
          if (status === 200) acknowledged += 1;
          else {
            unanswered += 1;
            break;
          }
        }
      };
      const senders = Array.from({ length: 8 }, sender);
      const before = acknowledged;
      await until(() => acknowledged - before > 10, 'reports are acknowledged'); // however loaded the machine is
      await new Promise((resolve) => setTimeout(resolve, (SEED * (round + 1)) % 200));
      child.kill('SIGKILL');
      isOver = true;
      await Promise.all([...senders, ended]);
    }
    const { child, url, ended } = await start(db);
    const counted = await calls(url);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    report('collector killed', { rounds, acknowledged, unanswered, counted });
    expect(acknowledged).toBeGreaterThan(rounds * 10);
    expect(counted).toBeGreaterThanOrEqual(acknowledged);
    expect(counted).toBeLessThanOrEqual(acknowledged + unanswered);
  });

  test('SIGTERM under load: what was acknowledged is there, nothing is left beside the file', async () => {
    const db = join(testHome().folder, 'collector.db');
    const { child, url, ended, stdout } = await start(db);
    const bodies = await Promise.all(
      Array.from({ length: 60 }, () => encode([tool('query', { invocations: 1, successes: 1 })], yesterday, 'k')),
    );
    const answers = Promise.all(bodies.map((body) => post(url, body).catch(() => 0)));
    await new Promise((resolve) => setTimeout(resolve, 30));
    child.kill('SIGTERM');
    const acknowledged = (await answers).filter((status) => status === 200).length;
    expect(await ended).toBe(0);
    expect(stdout).toHaveLength(1); // one line when ready, and no request is ever logged
    expect(readdirSync(dirname(db))).toEqual(['collector.db']);
    const second = await start(db);
    expect(await calls(second.url)).toBeGreaterThanOrEqual(acknowledged);
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
  });
});

test('in a home where nothing is yet: the folder is made; a folder that was named has to be there', async () => {
  const { folder, env } = testHome();
  const child = spawn(process.execPath, [CLI, 'collector', '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const line of createInterface(child.stdout)) if (line.includes('ready')) child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(readdirSync(join(folder, '.dot-ai'))).toEqual(['collector.db']);
});

test('a year that was interrupted while it was invented begins anew', async () => {
  const db = join(testHome().folder, 'demo.db');
  await fillYear({ db, today: '2026-11-23', installs: 5, days: 3 });
  const whole = readFileSync(db).length;
  const args = [CLI, 'collector', '--demo', '--port', '0', '--db', join(dirname(db), 'killed.db')];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until(() => existsSync(join(dirname(db), 'killed.db.unfinished')), 'the filling');
  child.kill('SIGKILL');
  await ended;
  expect(existsSync(join(dirname(db), 'killed.db'))).toBe(false);
  expect(
    await fillYear({ db: join(dirname(db), 'killed.db'), today: '2026-11-23', installs: 5, days: 3 }),
  ).toBeGreaterThan(0);
  expect(readFileSync(join(dirname(db), 'killed.db')).length).toBe(whole);
});

test('two collectors on one file: the second says so, and ends; after a kill the next one goes on', async () => {
  const db = join(testHome().folder, 'collector.db');
  const first = await start(db);
  const second = await cli(['collector', '--db', db, '--port', '0'], {
    env: { PATH: process.env.PATH, HOME: dirname(db) },
  });
  expect(second).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^Error: Another collector, process \d+,\s+uses/),
  });
  first.child.kill('SIGKILL');
  await first.ended;
  expect(existsSync(`${db}.owner`)).toBe(true);
  const third = await start(db);
  third.child.kill('SIGTERM');
  expect(await third.ended).toBe(0);
});

test('one file under two names, and four that start at once beside a dead owner: one collector', async () => {
  const folder = testHome().folder;
  const db = join(folder, 'collector.db');
  const first = await start(db);
  symlinkSync(db, join(folder, 'link.db'));
  const env = { PATH: process.env.PATH, HOME: folder };
  const second = await cli(['collector', '--db', join(folder, 'link.db'), '--port', '0'], { env });
  expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Error: Another collector/) });
  first.child.kill('SIGKILL');
  await first.ended;
  for (let round = 0; round < 3; round += 1) {
    writeFileSync(`${db}.owner`, JSON.stringify({ ...ownIdentity(), start: '1' }));
    const started = await Promise.allSettled(Array.from({ length: 4 }, () => start(db)));
    const ready = started.filter((one) => one.status === 'fulfilled');
    expect(ready).toHaveLength(1);
    for (const { value } of ready) {
      value.child.kill('SIGTERM');
      await value.ended;
    }
  }
});

describe('what can’t be used', () => {
  test.each([
    [
      'a file that is no database',
      (db: string) => writeFileSync(db, 'these are my notes, which I want to keep\n'.repeat(100)),
      /cannot be used as a database/,
    ],
    ['a folder', (db: string) => mkdirSync(db), /cannot be used as a database/],
    ['a folder that does not exist', () => {}, /cannot be written: the folder does not exist/],
  ])('%s: a clear error, nothing is changed', async (name, make, expected) => {
    const folder = testHome().folder;
    const db = name.includes('does not exist') ? join(folder, 'no', 'collector.db') : join(folder, 'collector.db');
    make(db);
    const before = existsSync(db) && name.includes('no database') ? readFileSync(db, 'utf8') : '';
    const { code, stderr } = await cli(['collector', '--db', db, '--port', '0'], {
      env: { PATH: process.env.PATH, HOME: folder },
    });
    expect({ code, stderr: stderr.replace(/\s+/g, ' ') }).toEqual({ code: 1, stderr: expect.stringMatching(expected) });
    if (before !== '') expect(readFileSync(db, 'utf8')).toBe(before);
    expect(readdirSync(folder).filter((file) => file.endsWith('.owner'))).toEqual([]);
  });

  test.each([
    [['--port', 'http'], /--port takes a whole number/],
    [['--port', '99999'], /--port takes a whole number/],
    [['--min-installs', '0'], /--min-installs takes a whole number from 1/],
    [['--vocabulary', '/nonexistent.json'], /cannot be used as a vocabulary/],
    [['--no-such'], /unknown option/],
  ])('%j is a usage error', async (args, expected) => {
    const folder = testHome().folder;
    const { code, stderr } = await cli(['collector', ...args], { env: { PATH: process.env.PATH, HOME: folder } });
    expect({ code, stderr: stderr.replace(/\s+/g, ' ') }).toEqual({ code: 2, stderr: expect.stringMatching(expected) });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an address that is taken, one that can be reached from elsewhere without a token', async () => {
    const { url } = await testCollector();
    const folder = testHome().folder;
    const env = { PATH: process.env.PATH, HOME: folder };
    const taken = await cli(['collector', '--db', join(folder, 'a.db'), '--port', new URL(url).port], { env });
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringMatching(/Cannot listen on 127\.0\.0\.1/) });
    const short = await cli(['collector', '--host', '0.0.0.0'], { env: { ...env, DOT_AI_COLLECTOR_TOKEN: ' short ' } });
    expect(short).toMatchObject({ code: 2, stderr: expect.stringMatching(/at least 16\s+characters/) });
    const open = await cli(['collector', '--db', join(folder, 'b.db'), '--port', '0', '--host', '0.0.0.0'], { env });
    expect(open).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/needs a\s+token. Set\s+DOT_AI_COLLECTOR_TOKEN/),
    });
  });
});

const other = await node24();

test.runIf(other !== undefined)(
  'two engines: a file written by the one is opened by the other, also after a kill',
  { timeout: 120_000 },
  async () => {
    const db = join(testHome().folder, 'collector.db');
    let sum = 0;
    for (const [node, signal] of [
      [[process.execPath], 'SIGTERM'],
      [[other ?? ''], 'SIGKILL'],
      [[process.execPath], 'SIGKILL'],
      [[other ?? ''], 'SIGTERM'],
      [[process.execPath], 'SIGTERM'],
    ] as const) {
      const { child, url, ended } = await start(db, [], node);
      expect(await calls(url)).toBe(sum);
      expect(await post(url, await encode([tool('query', { invocations: 3, successes: 3 })], yesterday, 'k'))).toBe(
        200,
      );
      sum += 3;
      child.kill(signal);
      await ended;
    }
  },
);

test('nothing about a sender is in the file', async () => {
  const collector = await testCollector({ trustProxy: true });
  const body = await encode([install(), tool('query', { invocations: 7, successes: 7 })], DAY, 'phc_secretkey');
  const headers = { 'x-forwarded-for': '203.0.113.77', 'user-agent': 'secret-agent/7', cookie: 'secret=cookie' };
  expect((await collector.post(body, headers)).status).toBe(200);
  await collector.close();
  const file = readFileSync(collector.db).toString('latin1');
  expect(file).toContain('query');
  const ids = [...body.matchAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g)].map(([id]) => id);
  for (const secret of [
    '203.0.113',
    'secret',
    'phc_',
    '127.0.0.1',
    ...ids,
    ...ids.map((id) => Buffer.from(id.replaceAll('-', ''), 'hex').toString('latin1')),
  ]) {
    expect(file.includes(secret), secret).toBe(false);
  }
});
