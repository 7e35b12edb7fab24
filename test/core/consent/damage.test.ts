import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KEYS, parseConfig, readConfig } from '../../../src/core/consent/config-file.js';
import { decide } from '../../../src/core/consent/decide.js';
import { NO_POLICY } from '../../../src/core/consent/policy.js';
import { readStatus } from '../../../src/core/inspect/status.js';
import { createAnalytics, dotAiVocabulary, preview, setAnalytics } from '../../../src/index.js';
import { testHome, tree } from '../../support/home.js';

const OPTED_IN = '{\n  "other": {"a": [1, 2.50]},\n  "analytics": true,\n  "analyticsSchema": 1\n}\n';
const OPTED_OUT = OPTED_IN.replace('true', 'false');

/** The reference, written without our code: whether the bytes are an opt-in for a strict reader. */
function isOptIn(bytes: Buffer): boolean {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const schemaFits = isObject && (!Object.hasOwn(value, 'analyticsSchema') || value.analyticsSchema === 1);
    return isObject && Object.hasOwn(value, 'analytics') && value.analytics === true && schemaFits;
  } catch {
    return false;
  }
}

const DEEP = 10_000;

/** Settings that a person would not write, under each of our keys. JSON.parse accepts them all. */
const SHAPES: Record<string, string> = {
  'nested arrays': `${'['.repeat(DEEP)}true${']'.repeat(DEEP)}`,
  'nested objects': `${'{"a":'.repeat(DEEP)}true${'}'.repeat(DEEP)}`,
  'a huge string': JSON.stringify('true'.repeat(200_000)),
  'a string of escapes': `"${'\\\\'.repeat(400_000)}"`,
  'half of a surrogate pair': '"\\ud800"',
  'a huge number': '1e400',
  'a number of many digits': '1'.repeat(100_000),
};

describe('P2, P6: a setting of any shape means off, and nothing that reads or shows it throws', () => {
  test.each(Object.entries(SHAPES))('%s', async (_name, value) => {
    for (const key of Object.values(KEYS)) {
      const others = key === KEYS.analytics ? '' : '"analytics": true, ';
      const { paths, env } = testHome(`{${others}"${key}": ${value}}`);
      const config = readConfig(paths.config);
      const consent = decide(NO_POLICY, {}, config);
      if (key === KEYS.analytics) expect(consent.enabled).toBe(false);
      expect(JSON.stringify([config, consent]).length).toBeLessThan(2_000);
      expect(JSON.stringify(readStatus({ env })).length).toBeLessThan(4_000);
      await preview({ env });
      const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false }, { env, timing: { tick: 1 } });
      expect(await analytics.session().run('version', async () => 7)).toBe(7);
      await new Promise((resolve) => setTimeout(resolve, 10));
      analytics.hint();
      await analytics.close();
      expect((await setAnalytics(true, { env, replace: true })).consent).toMatchObject({ enabled: true });
      expect((await setAnalytics(false, { env })).consent).toMatchObject({ enabled: false });
    }
  });
});

describe('P2: a damaged file is never on unless it still says exactly yes', () => {
  test.each([
    ['opted in', OPTED_IN],
    ['opted out', OPTED_OUT],
  ])('%s, cut at every byte', (_name, text) => {
    const bytes = Buffer.from(text);
    for (let length = 0; length <= bytes.length; length += 1) {
      const cut = bytes.subarray(0, length);
      expect(decide(NO_POLICY, {}, parseConfig('c', cut)).enabled, `cut at ${length}`).toBe(isOptIn(cut));
    }
  });

  test.each([
    ['opted in', OPTED_IN],
    ['opted out', OPTED_OUT],
  ])('%s, every byte flipped in every way', (_name, text) => {
    let on = 0;
    for (let at = 0; at < text.length; at += 1) {
      for (let mask = 1; mask < 256; mask += 1) {
        const bytes = Buffer.from(text);
        (bytes[at] as number) ^= mask;
        const { enabled } = decide(NO_POLICY, {}, parseConfig('c', bytes));
        if (enabled) on += 1;
        if (enabled !== isOptIn(bytes)) expect.fail(`byte ${at} ^ ${mask}: ${enabled}`);
      }
    }
    // Flips in other programs' values leave an opt-in as it is; an opt-out never becomes an opt-in.
    if (text === OPTED_OUT) expect(on).toBe(0);
    else expect(on).toBeGreaterThan(0);
  });

  test('an unreadable, too large, special or foreign file means off, and reading it does not hang or write', () => {
    const cases: Record<string, (path: string) => void> = {
      folder: (path) => mkdirSync(path),
      fifo: (path) => execFileSync('mkfifo', [path]),
      device: (path) => symlinkSync('/dev/zero', path),
      large: (path) => writeFileSync(path, `{"analytics": true, "x": "${'x'.repeat(2 ** 20)}"}`),
      latin1: (path) => writeFileSync(path, Buffer.from('{"analytics": true, "x": "\xff"}', 'latin1')),
      dangling: (path) => symlinkSync('/nonexistent/config.json', path),
    };
    for (const [name, make] of Object.entries(cases)) {
      const { paths, env } = testHome();
      mkdirSync(paths.folder);
      make(paths.config);
      expect(readStatus({ env, vocabulary: dotAiVocabulary }).enabled, name).toBe(false);
      if (name !== 'dangling') expect(readConfig(paths.config).state, name).toMatch(/unreadable|invalid/);
    }
  });

  test('no reader and no server ever overwrites a damaged file', async () => {
    for (const text of ['', '{', '{"analytics": tru', '\0\0\0\0', '[]', 'null', OPTED_IN.slice(0, 40)]) {
      const { folder, paths, env } = testHome(text);
      chmodSync(paths.config, 0o640);
      const before = tree(folder);
      readStatus({ env, vocabulary: dotAiVocabulary });
      const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false }, { env });
      await analytics.session().run('version', async () => ({}));
      expect(analytics.hint()).toBeUndefined();
      await analytics.close();
      expect(tree(folder)).toEqual(before);
      expect(readFileSync(paths.config, 'utf8')).toBe(text);
    }
  });
});
