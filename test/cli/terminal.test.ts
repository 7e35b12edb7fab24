import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { testHome, tree } from '../support/home.js';
import { hasTerminal, onTerminal } from '../support/terminal.js';

const ESCAPE = '\u001b';
const BAR = '█';
const CTRL_C = '\\003';

describe.runIf(hasTerminal)('on a terminal', () => {
  test('alone it shows the status and a menu, of which preview comes first; Ctrl-C leaves it', async () => {
    const home = testHome();
    const left = await onTerminal('', { env: home.env, keys: CTRL_C });
    expect(stripVTControlCharacters(left.shown)).toMatch(
      /^Analytics is off[\s\S]*What next\?[\s\S]*Nothing was changed\./,
    );
    expect(tree(home.folder)).toEqual({});
  });

  test.each([
    ['q', 'q'],
    ['Esc', '\\033'],
  ])('the menu comes back after each command; %s quits', async (_name, key) => {
    const home = testHome();
    const { shown, code } = await onTerminal('', { env: home.env, keys: ['\\r', key] });
    expect(stripVTControlCharacters(shown)).toMatch(
      /What next\?[\s\S]*❯ preview\n {2}enable\n[\s\S]*Analytics is off\. EXAMPLE[\s\S]*What next\?/,
    );
    expect(code).toBe(0);
    expect(tree(home.folder)).toEqual({});
  });

  test.each([80, 120])('in %d columns, the table of the example fits on a screen of 24 lines', async (columns) => {
    const { shown } = await onTerminal('preview', { env: testHome().env, columns });
    const lines = stripVTControlCharacters(shown).split('\n');
    expect(lines.findIndex((line) => line.startsWith('All calls'))).toBeGreaterThan(10);
    expect(lines.findIndex((line) => line.startsWith('All calls'))).toBeLessThan(24);
  });

  test.each([
    ['40 columns', { columns: 40 }, { color: true, bars: false }],
    ['80 columns', {}, { color: true, bars: true }],
    ['200 columns', { columns: 200 }, { color: true, bars: true }],
    ['NO_COLOR', { env: { NO_COLOR: '1' } }, { color: false, bars: true }],
    ['FORCE_COLOR=0', { env: { FORCE_COLOR: '0' } }, { color: false, bars: true }],
    ['TERM=dumb', { env: { TERM: 'dumb' } }, { color: false, bars: false }],
    ['no UTF-8', { env: { LANG: 'C' } }, { color: true, bars: false }],
  ])(
    'preview: %s',
    async (_name, { columns = 80, env = {} }: { columns?: number; env?: NodeJS.ProcessEnv }, expected) => {
      const { shown, code } = await onTerminal('preview', { env: { ...testHome().env, ...env }, columns });
      expect(code).toBe(0);
      expect({ color: shown.includes(ESCAPE), bars: shown.includes(BAR) }).toEqual(expected);
      const lines = stripVTControlCharacters(shown).split('\n');
      expect(lines.slice(0, 2).join(' ')).toMatch(/^Analytics is off\. EXAMPLE/);
      expect(lines.filter((line) => line.length > Math.min(columns, 120))).toEqual([]);
    },
  );

  test('what preview draws is only what stands beside it: without pictures nothing is missing', async () => {
    const { env } = testHome();
    const words = async (variables: NodeJS.ProcessEnv) => {
      const { shown } = await onTerminal('preview', { env: { ...env, ...variables }, columns: 110 });
      return new Set(stripVTControlCharacters(shown).match(/\d+ (?:calls?|ok|failed|times?|uses?|up to [\d.]+ \w+)/g));
    };
    const drawn = await words({});
    expect(drawn.size).toBeGreaterThan(10);
    expect(await words({ TERM: 'dumb' })).toEqual(drawn);
  });

  test('what a person decides on is still in sight at the end of preview', async () => {
    const { shown } = await onTerminal('preview', { env: testHome().env });
    const lines = stripVTControlCharacters(shown).trimEnd().split(/\r?\n/);
    expect(lines.slice(-7).join('\n')).toMatch(
      /In short\nAnalytics is off\.[\s\S]*\nRecipient: [\s\S]*dot-ai-analytics enable/,
    );
  });

  test('in 40 columns the help of each option stands in whole words', async () => {
    const { shown } = await onTerminal('collector --help', { env: testHome().env, columns: 40 });
    const options = shown.slice(shown.indexOf('Options:'));
    expect(options.split('\n').filter((line) => line.length > 40)).toEqual([]);
    expect(options.replace(/\s+/g, ' ')).toContain(
      'the SQLite file; default: collector.db in the folder of config.json',
    );
  });
});
