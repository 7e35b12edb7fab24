import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundCount } from '../../src/schema/rounding.js';

test.each([
  [0, 0],
  [1, 1],
  [99, 99],
  [100, 100],
  [104, 100],
  [105, 110],
  [999, 1000],
  [1049, 1000],
  [1050, 1100],
  [9949, 9900],
  [9950, 9999],
  [9999, 9999],
  [10_000_000, 9999],
])('%d leaves as %d', (count, sent) => {
  expect(roundCount(count)).toBe(sent);
});

test('P4: from 100 up only two digits are left, and never more than 9999 (property)', () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000_000 }), (count) => {
      const sent = roundCount(count);
      expect(sent).toBeLessThanOrEqual(9999);
      if (sent >= 100 && sent < 9999) expect(String(sent)).toMatch(/^[1-9]\d0+$/);
      if (count < 9950) expect(Math.abs(sent - count)).toBeLessThanOrEqual(count * 0.05);
    }),
  );
});
