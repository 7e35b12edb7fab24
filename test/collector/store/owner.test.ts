import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SILENCE_MS } from '../../../src/collector/store/file-owner.js';
import { openDatabase } from '../../../src/collector/store/open.js';
import { encode } from '../../../src/core/report/encode.js';
import { install, tool } from '../../support/collector.js';
import { calls, node24, post, type Started, start, yesterday } from '../../support/collector-process.js';
import { testHome } from '../../support/home.js';
import { run } from '../../support/processes.js';
import { until } from '../../support/tracker.js';

/** A container of its own, as far as processes see: each is number 1. */
const CONTAINER = ['unshare', '--pid', '--mount-proc', '--fork', '--kill-child'];
const canUnshare = (await run('unshare', [...CONTAINER.slice(1), 'true']).catch(() => ({ code: 1 }))).code === 0;
if (!canUnshare) process.stderr.write('SKIPPED: no PID namespace can be made\n');

const other = await node24();
const engines = [['WebAssembly, or this version of Node', process.execPath], ...(other ? [['Node 24', other]] : [])];

/** The number, out here, of the collector in a container. */
async function hostPid({ child }: Started): Promise<number> {
  const children = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  return Number(children().split(' ')[0]);
}

const oneCall = () => encode([install(), tool('query', { invocations: 1, successes: 1 })], yesterday, 'k');

/** Sends until it is told to end; counts what was acknowledged. */
function sender(url: string) {
  const sent = { acknowledged: 0, refused: 0, unanswered: 0, isOver: false };
  const send = async () => {
    while (!sent.isOver) {
      const status = await post(url, await oneCall()).catch(() => 0);
      if (status === 200) sent.acknowledged += 1;
      else if (status === 0) sent.unanswered += 1;
      else sent.refused += 1;
    }
  };
  const done = Promise.all(Array.from({ length: 4 }, send));
  return { sent, done };
}

describe.runIf(canUnshare).each(engines)('P7: two containers, one file: %s', (_name, node = '') => {
  const contained = (db: string) => start(db, [], [...CONTAINER, node]);

  test('a rolling update: the second is refused and told of the first; after a kill it takes over', {
    timeout: 120_000,
  }, async () => {
    const db = join(testHome().folder, 'collector.db');
    const old = await contained(db);
    const { sent, done } = sender(old.url);
    await until(() => sent.acknowledged >= 100, 'reports are acknowledged');
    await expect(contained(db)).rejects.toThrow(/Another collector, process 1 on \S+, uses/);
    await expect(start(db, [], [node])).rejects.toThrow(/Another collector, process 1 on \S+, uses/); // from the host
    sent.isOver = true;
    process.kill(await hostPid(old), 'SIGKILL');
    await Promise.all([old.ended, done]);
    const next = await contained(db);
    expect(await post(next.url, await oneCall())).toBe(200);
    const counted = await calls(next.url);
    expect(counted).toBeGreaterThanOrEqual(sent.acknowledged + 1);
    expect(counted).toBeLessThanOrEqual(sent.acknowledged + 1 + 4); // those that had no answer
    process.kill(await hostPid(next), 'SIGTERM');
    await next.ended;
    expect(readdirSync(dirname(db))).toEqual(['collector.db']); // and no silence to wait for
    const from = performance.now();
    await contained(db);
    expect(performance.now() - from).toBeLessThan(SILENCE_MS);
  });

  test('the first is stopped under load, the second takes over, the first resumes: nothing acknowledged is lost', {
    timeout: 120_000,
  }, async () => {
    const db = join(testHome().folder, 'collector.db');
    const old = await contained(db);
    const first = sender(old.url);
    await until(() => first.sent.acknowledged >= 100, 'reports are acknowledged');
    const pid = await hostPid(old);
    process.kill(pid, 'SIGSTOP');
    const next = await contained(db);
    const second = sender(next.url);
    await until(() => second.sent.acknowledged >= 100, 'reports are acknowledged');
    process.kill(pid, 'SIGCONT');
    const refusedBefore = first.sent.refused;
    await until(() => first.sent.refused > refusedBefore + 4, 'the first refuses');
    first.sent.isOver = true;
    await first.done;
    expect(await post(old.url, await oneCall())).toBe(503);
    expect(old.stderr()).toMatch(/Reports cannot be written: another process has taken/);
    process.kill(pid, 'SIGTERM'); // its end must not remove the log of the second
    await old.ended;
    second.sent.isOver = true;
    await second.done;
    expect(second.sent).toMatchObject({ refused: 0, unanswered: 0 });
    process.kill(await hostPid(next), 'SIGKILL');
    await next.ended;
    const third = await contained(db);
    const all = first.sent.acknowledged + second.sent.acknowledged;
    expect(await calls(third.url)).toBeGreaterThanOrEqual(all);
    expect(await calls(third.url)).toBeLessThanOrEqual(all + first.sent.unanswered);
  });
});

test('somebody removes FILE.owner while the collector runs: it acknowledges nothing more', async () => {
  const db = join(testHome().folder, 'collector.db');
  const old = await start(db);
  expect(await post(old.url, await oneCall())).toBe(200);
  const health = async () => (await fetch(`${old.url}healthz`)).status;
  expect(await health()).toBe(200);
  rmSync(`${db}.owner`);
  expect(await health()).toBe(503); // a liveness probe restarts it
  const next = await start(db).catch((error: Error) => error);
  expect(await post(old.url, await oneCall())).toBe(503);
  if ('url' in next) {
    expect(await post(next.url, await oneCall())).toBe(200);
    old.child.kill('SIGTERM');
    await old.ended;
    next.child.kill('SIGKILL');
    await next.ended;
  }
  const last = await start(db);
  expect(await calls(last.url)).toBe('url' in next ? 2 : 1);
});

test('an error of SQLite in a file that another process has taken: the cause is told, not the error', async () => {
  const db = join(testHome().folder, 'collector.db');
  const database = await openDatabase(db);
  const interrupted = () =>
    database.transact(() => {
      rmSync(`${db}.owner`);
      throw new Error('attempt to write a readonly database');
    });
  expect(interrupted).toThrow(/^another process has taken/);
  database.close();
});

test.each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['too long to be one', (path: string) => writeFileSync(path, 'x'.repeat(5_000))],
])('FILE.owner is %s: a clear error, no endless loop', async (_name, make) => {
  const db = join(testHome().folder, 'collector.db');
  make(`${db}.owner`);
  await expect(start(db)).rejects.toThrow(/says who uses the database, and it cannot be read/);
});

test('FILE.owner of an unknown form is waited for, and taken over', { timeout: 60_000 }, async () => {
  const db = join(testHome().folder, 'collector.db');
  writeFileSync(`${db}.owner`, '999999 1');
  const { url } = await start(db);
  expect(await post(url, await oneCall())).toBe(200);
});
