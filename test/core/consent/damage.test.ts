import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseConfig, readConfig } from '../../../src/core/consent/config-file.js';
import { decide } from '../../../src/core/consent/decide.js';
import { readStatus } from '../../../src/core/inspect/status.js';
import { createAnalytics, dotAiVocabulary } from '../../../src/index.js';
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

describe('P2: a damaged file is never on unless it is still an exact opt-in', () => {
  test.each([
    ['opted in', OPTED_IN],
    ['opted out', OPTED_OUT],
  ])('%s, cut at every byte', (_name, text) => {
    const bytes = Buffer.from(text);
    for (let length = 0; length <= bytes.length; length += 1) {
      const cut = bytes.subarray(0, length);
      expect(decide({}, parseConfig('c', cut)).enabled, `cut at ${length}`).toBe(isOptIn(cut));
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
        const { enabled } = decide({}, parseConfig('c', bytes));
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
