import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { createGate } from '../../../src/core/consent/gate.js';
import {
  countOn,
  createSpool,
  forgetAllPages,
  forgetDeletedPages,
  forgetPages,
  openPage,
  peekPage,
  unclosedPages,
} from '../../../src/core/record/spool.js';
import { countedRows, countedTool } from '../../support/counted.js';
import { testHome, tree } from '../../support/home.js';
import { ROOT, runScript } from '../../support/processes.js';
import { nextLook, testTracker, vocabulary } from '../../support/tracker.js';

describe('P7: a call that was answered is counted', () => {
  test('kill -9 right after the fiftieth answer, without a pause: 50, twenty times out of twenty', async () => {
    const source = `
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      import { writeSync } from 'node:fs';
      const session = createAnalytics({ ...dotAiVocabulary, ephemeral: false }).session();
      for (let call = 1; ; call += 1) {
        await session.run('query', async () => ({}));
        writeSync(1, call + '\\n');
      }`;
    for (let round = 0; round < 20; round += 1) {
      const home = testHome({ analytics: true });
      const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
        cwd: ROOT,
        env: home.env,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let answered = 0;
      for await (const line of createInterface(child.stdout)) {
        answered = Number(line);
        if (answered === 50) child.kill('SIGKILL');
      }
      const counted = countedRows(home.paths, vocabulary).find(
        ({ event }) => event === 'workflow_step' || event === 'tool_usage',
      );
      const { successes } = countedTool(home.paths, vocabulary, 'query') as { successes: number };
      expect(counted).toBeDefined();
      // Exactly what was answered before the kill took effect, and at most one more that was counted and not answered.
      const page = Object.values(tree(home.paths.spool)).join();
      const exact = Number(/successes=(\d{4})/.exec(page)?.[1]);
      expect(exact - answered, `round ${round}: ${exact} counted, ${answered} answered`).toBeOneOf([0, 1]);
      expect(successes).toBeGreaterThanOrEqual(50);
    }
  });

  test('eight processes on one home: every call of each', async () => {
    const home = testHome({ analytics: true });
    const source = `
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      const session = createAnalytics({ ...dotAiVocabulary, ephemeral: false }).session();
      for (let call = 0; call < 10; call += 1) await session.run('query', async () => ({}));
      process.kill(process.pid, 'SIGKILL');`;
    const children = Array.from({ length: 8 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', source], { cwd: ROOT, env: home.env, stdio: 'ignore' }),
    );
    await Promise.all(children.map((child) => new Promise((resolve) => child.on('close', resolve))));
    expect(readdirSync(home.paths.spool)).toHaveLength(8);
    expect(countedTool(home.paths, vocabulary, 'query')).toEqual({ invocations: 80, successes: 80 });
  });
});

test('folders are 0700 and files 0600', async () => {
  const home = testHome({ analytics: true });
  const { analytics, use } = testTracker(home);
  await use('query');
  await analytics.close();
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  expect(mode(home.paths.data)).toBe('700');
  expect(mode(home.paths.spool)).toBe('700');
  for (const name of readdirSync(home.paths.spool)) expect(mode(join(home.paths.spool, name))).toBe('600');
  expect(mode(home.paths.server)).toBe('600');
});

test('P8: the file does not grow with the number of calls', async () => {
  const home = testHome({ analytics: true });
  const { analytics, use } = testTracker(home);
  await use('query', 2);
  const [name] = readdirSync(home.paths.spool);
  const size = statSync(join(home.paths.spool, name as string)).size;
  await use('query', 500);
  expect(statSync(join(home.paths.spool, name as string)).size).toBe(size);
  await analytics.close();
});

describe('a page has a generation of its own', () => {
  const DAY = '2026-11-23';
  const start = () => {
    const home = testHome({ analytics: true });
    return { home, spool: createSpool(home.paths, createGate(home.env, home.paths), vocabulary) };
  };

  test('which is the same while counts are on it, and new for another day and after its file is gone', () => {
    const { home, spool } = start();
    const generations = ['2026-11-22', DAY].flatMap((day) => {
      const page = openPage(spool, day);
      countOn(spool, page, 'tool query', ['success']);
      return [page.generation, peekPage(spool, day).generation, openPage(spool, day).generation];
    });
    rmSync(home.paths.spool, { recursive: true });
    forgetDeletedPages(spool);
    generations.push(openPage(spool, DAY).generation);
    forgetAllPages(spool, { erase: false });
    generations.push(openPage(spool, DAY).generation);
    expect(generations).toEqual([1, 1, 1, 2, 2, 2, 3, 4]);
  });

  test('P1: a page that holds no count is no data: it has no file, and nobody has to close it', () => {
    const { home, spool } = start();
    peekPage(spool, DAY);
    openPage(spool, DAY);
    expect(unclosedPages(spool)).toEqual([]);
    expect(Object.keys(tree(home.folder))).toEqual(['.dot-ai/config.json']);
  });

  test('P8: of earlier days a process holds only what it could not write, at most a week', () => {
    const { spool } = start();
    const inMemory = createSpool(undefined, spool.gate, vocabulary);
    for (const one of [spool, inMemory]) {
      for (let day = 10; day < 20; day += 1) {
        countOn(one, openPage(one, `2026-11-${day}`), 'tool query', ['success']);
      }
    }
    expect(unclosedPages(spool).map(({ page }) => page.day)).toEqual(['2026-11-19']);
    expect(unclosedPages(inMemory).map(({ page }) => page.day)).toEqual(
      Array.from({ length: 8 }, (_, index) => `2026-11-${12 + index}`),
    );
  });

  test('P7: a page that is in a report takes no more counts', () => {
    const { home, spool } = start();
    const page = openPage(spool, DAY);
    countOn(spool, page, 'tool query', ['success']);
    const before = tree(home.folder);
    forgetPages(spool, [page]);
    countOn(spool, page, 'tool query', ['success']);
    expect(tree(home.folder)).toEqual(before);
    expect(unclosedPages(spool)).toEqual([]);
  });
});

describe('a folder that is deleted or cannot be written', () => {
  test('a folder that is deleted under a running server: its counts are gone, and counting begins anew', async () => {
    const home = testHome({ analytics: true });
    const { analytics, use } = testTracker(home);
    await use('query', 5);
    rmSync(home.paths.data, { recursive: true });
    await nextLook();
    await use('query', 2);
    expect(countedTool(home.paths, vocabulary, 'query')).toMatchObject({ invocations: 2 });
    await analytics.close();
  });

  test.each([
    ['is a file', (data: string) => writeFileSync(data, 'mine')],
    ['is a symbolic link', (data: string) => symlinkSync('/tmp', data)],
    ['is a dangling link', (data: string) => symlinkSync('/nonexistent', data)],
  ])('the data folder %s: nothing is written through it, the host does not notice', async (_name, make) => {
    const home = testHome({ analytics: true });
    make(home.paths.data);
    const before = tree(home.folder);
    const { analytics, use } = testTracker(home);
    await use('query', 5);
    await analytics.close();
    expect(tree(home.folder)).toEqual(before);
  });

  test('a read-only folder: the host does not notice', async () => {
    const home = testHome({ analytics: true });
    mkdirSync(home.paths.data);
    const isRoot = process.getuid?.() === 0;
    for (const folder of [home.folder, home.paths.folder]) chmodSync(folder, 0o755);
    chmodSync(home.paths.data, 0o500);
    const source = `
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false });
      for (let call = 0; call < 5; call += 1) await analytics.session().run('query', async () => ({}));
      await analytics.close();
      console.log(analytics.statusLine());`;
    // Root may write everywhere, so as root it runs as somebody else.
    const under = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
    const { code, stdout, stderr } = await runScript(source, { env: home.env, under });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'Analytics: enabled (anonymous usage data)\n',
      stderr: '',
    });
    chmodSync(home.paths.data, 0o700);
    expect(readdirSync(home.paths.data)).toEqual([]);
  });
});

test('a call that lasts over midnight is counted on the day it ends', async () => {
  const home = testHome({ analytics: true });
  const { analytics, clock, use } = testTracker(home, {}, { now: '2026-11-23T23:59:59Z' });
  await use('query', 2);
  const late = analytics.session().begin('recommend');
  clock.advance(2_000);
  late.end('success');
  await use('query', 3);
  await analytics.close();
  const perDay = Object.entries(tree(home.paths.spool)).map(([name, text]) => {
    const [, query] = /tool query successes=(\d+)/.exec(text) ?? [];
    return [name.slice(0, 10), Number(query), text.includes('tool recommend')];
  });
  expect(perDay.sort()).toEqual([
    ['2026-11-23', 2, false],
    ['2026-11-24', 3, true],
  ]);
});
