import { expect, test } from 'vitest';
import {
  addDays,
  dayOf,
  daysBetween,
  isDay,
  isFinished,
  mondayOf,
  monthOf,
  weekOf,
  weeksOf,
} from '../../src/schema/calendar.js';

test.each([
  ['2026-11-23', '2026-W48', '2026-11'],
  ['2026-12-31', '2026-W53', '2026-12'],
  ['2027-01-01', '2026-W53', '2026-12'],
  ['2027-01-03', '2026-W53', '2026-12'],
  ['2027-01-04', '2027-W01', '2027-01'],
  ['2024-12-29', '2024-W52', '2024-12'],
  ['2024-12-30', '2025-W01', '2025-01'],
  ['2023-01-01', '2022-W52', '2022-12'],
  ['2020-12-31', '2020-W53', '2020-12'],
  ['2024-02-29', '2024-W09', '2024-02'],
])('%s is in week %s and month %s', (day, week, month) => {
  expect(weekOf(day)).toBe(week);
  expect(monthOf(day)).toBe(month);
});

test.each([
  ['2026-11-23T23:59:59.999Z', false],
  ['2026-11-24T00:00:00.000Z', false],
  ['2026-11-24T00:59:59.999Z', false],
  ['2026-11-24T01:00:00.000Z', true],
  ['2026-11-22T12:00:00.000Z', false],
  ['2027-11-24T01:00:00.000Z', true],
])('at %s the day 2026-11-23 is finished: %s', (now, finished) => {
  expect(isFinished('2026-11-23', Date.parse(now))).toBe(finished);
});

test('a month has four or five whole weeks, and each week is of exactly one month', () => {
  const months = new Map<string, Set<string>>();
  for (let at = 0; at < 365 * 5; at += 1) {
    const day = addDays('2024-01-01', at);
    const weeks = months.get(monthOf(day)) ?? new Set();
    months.set(monthOf(day), weeks.add(mondayOf(day)));
    expect(weekOf(mondayOf(day))).toBe(weekOf(day));
    expect(monthOf(mondayOf(day))).toBe(monthOf(day));
  }
  for (const [month, weeks] of [...months].slice(0, -1)) {
    expect(weeksOf(month), month).toEqual([...weeks]);
    expect([4, 5]).toContain(weeks.size);
  }
});

test('days are UTC, whatever the zone of the machine', () => {
  expect(dayOf(Date.parse('2026-11-23T23:30:00-05:00'))).toBe('2026-11-24');
  expect(daysBetween('2026-03-28', '2026-03-30')).toBe(2); // a daylight-saving night lies between
  expect(daysBetween('2026-12-31', '2026-12-30')).toBe(-1);
});

test.each(['2026-02-30', '2026-13-01', '2026-1-1', '20261123', '', null, 5, '2026-11-23T00:00:00Z'])(
  '%j is not a day',
  (text) => {
    expect(isDay(text)).toBe(false);
  },
);
