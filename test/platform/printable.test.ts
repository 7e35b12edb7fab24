import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPrintable, printable, printableJson } from '../../src/platform/printable.js';
import { runs } from '../support/attack.js';

const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;

describe('P12: printable', () => {
  test.each([
    ['plain text, é, ж, 中, █ and 😀', 'plain text, é, ж, 中, █ and 😀'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['a\nb\r\tc\u007f\u009b', 'a\\x0ab\\x0d\\x09c\\x7f\\x9b'],
    ['\u202eabc\u200b\ufeff', '\\u{202e}abc\\u{200b}\\u{feff}'],
    ['\u{e0041}\u034f\u3164\ufe0f\u180e', '\\u{e0041}\\u{34f}\\u{3164}\\u{fe0f}\\u{180e}'],
    ['\u2028\u2029\ue000\u{10ffff}\u0378', '\\u{2028}\\u{2029}\\u{e000}\\u{10ffff}\\u{378}'],
    ['half \ud83d of a pair', 'half \\u{d83d} of a pair'],
    ['a\u00a0b\u3000c\u2800d', 'a\\xa0b\\u{3000}c\\u{2800}d'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(isPrintable(text)).toBe(text === shown);
  });

  test('nothing hidden is left of any text, and what can be seen does not change', () => {
    const any = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(any, (text) => {
        expect(printable(text)).not.toMatch(HIDDEN);
        expect(printable(printable(text))).toBe(printable(text));
      }),
      runs(2_000),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(printable(text)).toBe(text);
      }),
      runs(500),
    );
  });

  test('JSON shows all, and parses to the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
        const json = printableJson(JSON.stringify(value, null, 2));
        expect(json.replaceAll('\n', '')).not.toMatch(HIDDEN);
        expect(JSON.parse(json)).toEqual(value);
      }),
      runs(1_000),
    );
  });
});
