import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hintFor } from '../../../src/core/tracker/hint.js';
import { type AnalyticsOptions, createAnalytics, dotAiVocabulary } from '../../../src/index.js';
import { report, TIMES } from '../../support/attack.js';
import { testHome, tree } from '../../support/home.js';
import { runScript } from '../../support/processes.js';

const hint = (env: NodeJS.ProcessEnv, options: Partial<AnalyticsOptions> = {}) =>
  createAnalytics({ ...dotAiVocabulary, ...options }, { env }).hint();

describe('P9: told once', () => {
  test('50 servers race: exactly one shows it, each time', { timeout: 3_600_000 }, async () => {
    const rounds = 2 * TIMES;
    for (let round = 0; round < rounds; round += 1) {
      const home = testHome();
      const source = `
        import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
        const analytics = createAnalytics(dotAiVocabulary);
        await new Promise((resolve) => setTimeout(resolve, ${Date.now() + 4000} - Date.now()));
        for (let result = 0; result < 4; result += 1) { if (analytics.hint()) console.log('shown'); await new Promise((resolve) => setTimeout(resolve, 20)); }`;
      const results = await Promise.all(Array.from({ length: 50 }, () => runScript(source, { env: home.env })));
      expect(results.filter(({ stdout }) => stdout === 'shown\n')).toHaveLength(1);
      expect(results.filter(({ stdout, stderr, code }) => stdout === '' && stderr === '' && code === 0)).toHaveLength(
        49,
      );
      expect(tree(home.paths.folder)).toEqual({ 'config.json': '{\n  "analyticsHintShown": true\n}\n' });
    }
    report('50 servers race for the hint', { rounds, shown: rounds });
  });

  test('the text is shown once, and never again in this process or another', () => {
    const { env, paths } = testHome({ other: 1 });
    const analytics = createAnalytics(dotAiVocabulary, { env });
    expect(analytics.hint()).toBe(hintFor(null));
    expect(analytics.hint()).toBeUndefined();
    expect(hint(env)).toBeUndefined();
    expect(JSON.parse(readFileSync(paths.config, 'utf8'))).toEqual({ other: 1, analyticsHintShown: true });
  });

  test.each([
    ['opted in', { analytics: true }, {}],
    ['opted out', { analytics: false }, {}],
    ['a damaged file', '{', {}],
    ['DO_NOT_TRACK', undefined, { DO_NOT_TRACK: '1' }],
    ['DOT_AI_ANALYTICS=false', undefined, { DOT_AI_ANALYTICS: 'false' }],
    ['CI', undefined, { CI: 'true' }],
    ['no home', undefined, { DOT_AI_CONFIG_DIR: 'relative' }],
  ])('a user who has decided, or cannot read it, is not told: %s', (_name, config, variables) => {
    const home = testHome(config);
    const before = tree(home.folder);
    expect(hint({ ...home.env, ...variables })).toBeUndefined();
    expect(tree(home.folder)).toEqual(before);
  });

  test('a server can name the command that its users have, or use its own text; the recipient is always named', () => {
    const command = 'kubectl exec deploy/dot-ai -- dot-ai-analytics';
    expect(hint(testHome().env, { hint: { command } })).toContain(`\`${command} enable\` turns it on`);
    const words = { hint: { text: 'The operator can share counts, with analytics.enabled.' } };
    expect(hint(testHome().env, words)).toBe(`${words.hint.text} This note is shown once.`);
    const posthog = { host: 'https://eu.i.posthog.com', key: 'k' };
    expect(hint(testHome().env, { ...words, posthog })).toBe(
      `${words.hint.text} The counts would go to https://eu.i.posthog.com. This note is shown once.`,
    );
    expect(hint(testHome().env, { hint: {} })).toBe(hintFor(null));
  });

  test('hint: false', () => {
    const home = testHome();
    expect(hint(home.env, { hint: false })).toBeUndefined();
    expect(tree(home.folder)).toEqual({});
  });

  test('it is not shown if that cannot be remembered', () => {
    const home = testHome();
    writeFileSync(home.paths.folder, 'a file in the place of the folder');
    expect(hint(home.env)).toBeUndefined();
    const other = testHome();
    mkdirSync(other.paths.config, { recursive: true });
    expect(hint(other.env)).toBeUndefined();
  });
});

test('the hint states and does not instruct', () => {
  expect(hintFor(null)).not.toMatch(/\b(please|you must|you should|run |tell |ask |inform )/i);
  expect(hintFor(null)).toContain('dot-ai-analytics preview');
  expect(hintFor(null)).toContain('dot-ai-analytics enable');
});

test('the status line is exactly one of two', () => {
  const line = (config: unknown, variables: NodeJS.ProcessEnv = {}) => {
    const { env } = testHome(config);
    const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false }, { env: { ...env, ...variables } });
    const text = analytics.statusLine();
    void analytics.close();
    return text;
  };
  const off = 'Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)';
  expect(line({})).toBe(off);
  expect(line({ analytics: true }, { DO_NOT_TRACK: '1' })).toBe(off);
  expect(line({ analytics: true })).toBe('Analytics: enabled (anonymous usage data)');
  expect(line({}, { DOT_AI_ANALYTICS: 'true' })).toBe('Analytics: enabled (anonymous usage data)');
});
