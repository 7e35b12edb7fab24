import { spawn } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { setAnalytics } from '../../../src/index.js';
import { testHome, tree } from '../../support/home.js';
import { ROOT, runScript } from '../../support/processes.js';
import { until } from '../../support/tracker.js';

describe('other programs’ settings survive', () => {
  test.each([
    [
      'two spaces',
      '{\n  "model": "x",\n  "n": 1.0e2\n}\n',
      '{\n  "model": "x",\n  "n": 1.0e2,\n  "analytics": true,\n  "analyticsSchema": 1\n}\n',
    ],
    ['tabs', '{\n\t"a": 1\n}', '{\n\t"a": 1,\n\t"analytics": true,\n\t"analyticsSchema": 1\n}'],
    ['one line', '{"a":1,"b":2}', '{"a":1,"b":2,"analytics":true,"analyticsSchema":1}'],
    ['one line, spaced', '{ "a": 1, "b": 2 }', '{ "a": 1, "b": 2, "analytics": true, "analyticsSchema": 1 }'],
    ['empty', '{}', '{\n  "analytics": true,\n  "analyticsSchema": 1\n}'],
    ['an opt-out', '{ "analytics": false }', '{ "analytics": true, "analyticsSchema": 1 }'],
    ['a byte order mark', '\uFEFF{ "a": 1 }', '\uFEFF{ "a": 1, "analytics": true, "analyticsSchema": 1 }'],
    ['CRLF', '{\r\n  "a": 1\r\n}\r\n', '{\r\n  "a": 1,\r\n  "analytics": true,\r\n  "analyticsSchema": 1\r\n}\r\n'],
  ])('%s', async (_name, before, after) => {
    const { paths, env } = testHome(before);
    await setAnalytics(true, { env });
    expect(readFileSync(paths.config, 'utf8')).toBe(after);
  });

  test('P10: 70,000 duplicate keys, a value of 900,000 characters and 400,000 levels take no more time than reading them', async () => {
    for (const text of [
      `{${Array.from({ length: 70_000 }, () => '"analytics":1').join()}}`,
      `{"x": "${'\\\\'.repeat(450_000)}", "analytics": true}`,
      `{"x": ${'['.repeat(400_000)}${']'.repeat(400_000)}, "analytics": true}`,
      `{"analytics": true${' '.repeat(900_000)}}`,
    ]) {
      const { paths, env } = testHome(text);
      const from = performance.now();
      expect((await setAnalytics(false, { env })).consent).toMatchObject({ enabled: false, decidedBy: 'config' });
      expect(performance.now() - from).toBeLessThan(60_000); // once it was 25 minutes
      expect(JSON.parse(readFileSync(paths.config, 'utf8')).analytics).toBe(false);
    }
  });

  test('mode and symbolic link', async () => {
    const { folder, paths, env } = testHome();
    mkdirSync(paths.folder);
    const real = join(folder, 'dotfiles.json');
    writeFileSync(real, '{"a": 1}');
    chmodSync(real, 0o640);
    symlinkSync(real, paths.config);
    await setAnalytics(true, { env });
    expect(lstatSync(paths.config).isSymbolicLink()).toBe(true);
    expect(readlinkSync(paths.config)).toBe(real);
    expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({ a: 1, analytics: true, analyticsSchema: 1 });
    expect(statSync(real).mode & 0o777).toBe(0o640);
  });

  test('changes by twenty processes at once are serialized, and none is lost', async () => {
    const { folder, paths, env } = testHome('{"kept": true}');
    const started = join(folder, 'started');
    mkdirSync(started);
    // Each process adds a key of its own, the way every change is made, as soon as all of them run.
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const change = `import { readdirSync, writeFileSync } from 'node:fs';
          import { updateConfig } from '${ROOT}src/core/control/config-update.ts';
          import { homeIn } from '${ROOT}src/platform/home.ts';
          writeFileSync(${JSON.stringify(join(started, String(index)))}, '');
          while (readdirSync(${JSON.stringify(started)}).length < 20) await new Promise((go) => setTimeout(go, 5));
          await updateConfig(homeIn(${JSON.stringify(paths.folder)}), { key${index}: ${index} }, 'refuse');`;
        return runScript(change, { env, flags: ['--import', 'tsx'] }).then(({ code, stderr }) =>
          expect({ code, stderr }).toEqual({ code: 0, stderr: '' }),
        );
      }),
    );
    const keys = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`key${index}`, index]));
    expect(JSON.parse(readFileSync(paths.config, 'utf8'))).toEqual({ kept: true, ...keys });
    expect(Object.keys(tree(paths.folder))).toEqual(['config.json']);
  });
});

describe('P2: a file that cannot be understood is kept', () => {
  test.each(['{"analytics": tru', '', 'not json at all'])('%j', async (text) => {
    const { paths, env } = testHome(text);
    for (const [number, choice] of [
      [1, false],
      [2, true],
    ] as const) {
      writeFileSync(paths.config, text);
      const { keptCopy, consent } = await setAnalytics(choice, { env, replace: true });
      expect(keptCopy).toBe(`${paths.config}.kept-${number}`);
      expect(readFileSync(keptCopy as string, 'utf8')).toBe(text);
      expect(consent).toMatchObject({ enabled: choice, decidedBy: 'config' });
    }
  });

  test('a newer file keeps its other keys, and a copy of it is kept', async () => {
    const text = '{"a": 1, "analytics": true, "analyticsSchema": 7}';
    const { paths, env } = testHome(text);
    const { keptCopy } = await setAnalytics(false, { env });
    expect(readFileSync(keptCopy as string, 'utf8')).toBe(text);
    expect(JSON.parse(readFileSync(paths.config, 'utf8'))).toEqual({ a: 1, analytics: false });
  });

  test('a folder in its place is an error that changes nothing', async () => {
    const { folder, paths, env } = testHome();
    mkdirSync(join(paths.config, 'x'), { recursive: true });
    const before = tree(folder);
    await expect(setAnalytics(true, { env, replace: true })).rejects.toMatchObject({ code: 'CONFIG_NOT_WRITTEN' });
    expect(tree(folder)).toEqual(before);
  });
});

test('a lock that a killed process left does not keep anybody out', async () => {
  const { paths, env } = testHome('{}');
  writeFileSync(`${paths.config}.analytics-lock`, 'abandoned');
  await setAnalytics(true, { env });
  expect(Object.keys(tree(paths.folder))).toEqual(['config.json']);
});

test.runIf(process.platform === 'linux')(
  'P10: an enable that was stopped right before its last step, until its lock counted as abandoned, does not undo a disable',
  async () => {
    const home = testHome({ analytics: false });
    const source = `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      const { renameSync } = fs;
      fs.renameSync = (from, to) => {
        if (to.endsWith('config.json')) process.kill(process.pid, 'SIGSTOP');
        return renameSync(from, to);
      };
      syncBuiltinESMExports();
      const { setAnalytics } = await import('dot-ai-analytics');
      console.log(process.pid);
      await setAnalytics(true).then(() => console.log('done'), ({ code }) => console.log(code));`;
    const args = ['--input-type=module', '-e', source];
    const child = spawn(process.execPath, args, { cwd: ROOT, env: home.env, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const pid = (await lines.next()).value;
    await until(() => /^State:\tT/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')), 'the stop');
    const lock = `${home.paths.config}.analytics-lock`;
    utimesSync(lock, 0, 0);
    await setAnalytics(false, { env: home.env });
    child.kill('SIGCONT');
    expect((await lines.next()).value).toBe('CONFIG_NOT_WRITTEN');
    expect(JSON.parse(readFileSync(home.paths.config, 'utf8'))).toEqual({ analytics: false });
    expect(Object.keys(tree(home.paths.folder))).toEqual(['config.json']);
  },
);
