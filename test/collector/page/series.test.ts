import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketsOf, sumsOver } from '../../../src/collector/page/buckets.js';
import { compareShares } from '../../../src/collector/page/compare.js';
import type { Row } from '../../../src/collector/page/data.js';
import { type Begun, periodOf } from '../../../src/collector/page/period.js';
import { addDays, daysBetween, weeksOf } from '../../../src/schema/calendar.js';

const about = (more: Partial<Begun> = {}): Begun => ({
  questions: [],
  minInstalls: 5,
  pooled: true,
  today: '2026-11-23',
  firstDay: '2025-11-23',
  lastDay: '2026-11-22',
  isInvented: false,
  tools: [],
  features: [],
  ...more,
});
const week = (from: string, invocations: number): Row => ({
  ...{ interval: from, from, to: addDays(from, 6), state: 'published', tool: 'query', invocations },
});

describe('periods', () => {
  test('consist of whole months that are over, and are compared with as many before', () => {
    expect(periodOf(about(), undefined)).toEqual({
      ...{ name: '3m', from: '2026-08-03', to: '2026-11-01' },
      before: { from: '2026-05-04', to: '2026-08-02' },
    });
    expect(periodOf(about(), '12m').before).toBeUndefined(); // reports had not begun
    expect(periodOf(about({ today: '2026-11-08' }), '3m').to).toBe('2026-09-27'); // October may still get late reports
  });

  test('four weeks end with the last that is over', () => {
    expect(periodOf(about(), '4w')).toMatchObject({ from: '2026-10-19', to: '2026-11-15' });
    expect(periodOf(about({ today: '2026-11-22' }), '4w').to).toBe('2026-11-08');
  });

  test('what began lately is shown whole, and an unknown choice is the default', () => {
    expect(periodOf(about({ firstDay: '2026-10-20' }), undefined).name).toBe('all');
    expect(periodOf(about(), 'nonsense').name).toBe('3m');
  });

  test('whatever the day: a period before has as many months, and ends where the other begins', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), fc.constantFrom('4w', '3m', '6m'), (days, choice) => {
        const lastDay = addDays('2026-11-22', days);
        const { from, to, before } = periodOf(about({ lastDay, today: addDays(lastDay, 1) }), choice);
        if (before === undefined) return;
        expect(addDays(before.to, 1)).toBe(from);
        expect(Math.abs(daysBetween(before.from, before.to) - daysBetween(from, to))).toBeLessThanOrEqual(14);
      }),
    );
  });
});

describe('charts over time', () => {
  const buckets = bucketsOf({ from: '2026-08-31', to: '2026-11-01' }, about());

  test('the rest of a month is spread over its weeks that are not published themselves', () => {
    const weeks = weeksOf('2026-09');
    const rest: Row = { ...week('2026-08-31', 30), interval: '2026-09 rest', to: addDays(weeks.at(-1) ?? '', 6) };
    const sums = sumsOver([week(weeks[1] ?? '', 50), rest], buckets, ['invocations']);
    expect(sums.slice(0, 5).map((sum) => sum?.invocations)).toEqual([10, 50, 10, 10, undefined]);
  });

  test('late reports of a month whose weeks are all published are not lost', () => {
    const weeks = weeksOf('2026-09');
    const rest: Row = { ...week('2026-08-31', 8), interval: '2026-09 rest', to: addDays(weeks.at(-1) ?? '', 6) };
    const sums = sumsOver([...weeks.map((from) => week(from, 50)), rest], buckets, ['invocations']);
    expect(sums.slice(0, 4).map((sum) => sum?.invocations)).toEqual([52, 52, 52, 52]);
  });

  test('what is too few is no number', () => {
    const few: Row = { ...week('2026-09-07', 0), state: 'too few' };
    expect(sumsOver([few], buckets, ['invocations']).every((sum) => sum === null)).toBe(true);
  });
});

describe('comparing', () => {
  test('chance is no clear change: of equal rates, few in a thousand are called changed', () => {
    let changed = 0;
    let seed = 7;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const draw = () => Array.from({ length: 200 }, random).filter((one) => one < 0.1).length;
    for (let at = 0; at < 1_000; at += 1) {
      const verdict = compareShares([{ part: draw(), of: 200, partBefore: draw(), ofBefore: 200 }]);
      if (verdict !== 'no clear change') changed += 1;
    }
    expect(changed).toBeLessThan(10);
  });

  test('the mix of tools is no change', () => {
    const often = { part: 300, of: 1_000, partBefore: 30, ofBefore: 100 };
    const seldom = { part: 1, of: 100, partBefore: 10, ofBefore: 1_000 };
    expect(compareShares([often, seldom])).toBe('no clear change');
    // Added up without weights, 11% of the calls more would have failed.
    expect(compareShares([{ part: 301, of: 1_100, partBefore: 40, ofBefore: 1_100 }])).toBe('higher');
  });

  test('nothing is not known', () => {
    expect(compareShares([])).toBe('not known');
    expect(compareShares([{ part: 0, of: 0, partBefore: 1, ofBefore: 10 }])).toBe('not known');
  });
});
