import type { History, HistoryDay } from '../core/inspect/history.js';
import { addDays, type Day, mondayOf } from '../schema/calendar.js';
import { grouped } from './format.js';
import type { Output } from './output.js';
import { sparkline } from './sparkline.js';

type Screen = Pick<Output, 'width' | 'hasPictures'>;

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** With years, if the terminal is this wide. */
const MIN_WIDTH_FOR_YEARS = 60;

/** The days from one to the other, both included. */
export function daysFrom(from: Day, to: Day): Day[] {
  return from > to ? [] : [from, ...daysFrom(addDays(from, 1), to)];
}

/** The first day with numbers, or with numbers that are left out: before it there is nothing to see. */
export function firstShown({ days, leftOut, to }: History): Day {
  return [...days, ...leftOut].map(({ day }) => day).sort()[0] ?? to;
}

/** A line for each week, with the calls of each day; undefined if the terminal is too narrow for that. */
export function calendar(history: History, callsOn: (day: HistoryDay) => number, on: Screen): string[] | undefined {
  const { to } = history;
  const from = firstShown(history);
  const days = daysFrom(from, to);
  const calls = new Map(history.days.map((one) => [one.day, callsOn(one)]));
  const cells = new Map(days.map((day) => [day, cellOf(history, day, calls.get(day))]));
  const column = Math.max(5, ...[...cells.values()].map((text) => text.length + 1));
  const heights = sparkline(days.map((day) => calls.get(day) ?? 0));
  const height = (day: Day) => heights[days.indexOf(day)] ?? ' ';
  const weeks = daysFrom(mondayOf(from), to).filter((day) => day === mondayOf(day));
  const lines = weeks.map((monday) => {
    const week = daysFrom(monday, addDays(monday, 6));
    const sum = grouped(week.reduce((all, day) => all + (calls.get(day) ?? 0), 0));
    return { monday, numbers: week.map((day) => cells.get(day) ?? ''), sum, heights: week.map(height).join('') };
  });
  return drawn(lines, column, on);
}

interface Week {
  readonly monday: Day;
  readonly numbers: readonly string[];
  readonly sum: string;
  readonly heights: string;
}

function drawn(weeks: readonly Week[], column: number, { width, hasPictures }: Screen): string[] | undefined {
  const hasYears = width >= MIN_WIDTH_FOR_YEARS;
  const label = hasYears ? 10 : 5;
  if (label + 7 * column > width) return undefined;
  const sums = Math.max(...weeks.map(({ sum }) => sum.length), 'week'.length) + 1;
  const hasSums = label + 7 * column + sums <= width;
  const line = (first: string, numbers: readonly string[], sum: string, drawing: string) =>
    [
      first.padEnd(label),
      ...numbers.map((text) => text.padStart(column)),
      hasSums ? sum.padStart(sums) : '',
      hasPictures ? `  ${drawing}` : '',
    ]
      .join('')
      .trimEnd();
  return [
    line(
      hasYears ? 'week of' : 'week',
      WEEKDAYS.map((name) => `${name} `),
      'week',
      '',
    ),
    ...weeks.map(({ monday, numbers, sum, heights }) =>
      line(hasYears ? monday : monday.slice(5), numbers, sum, heights),
    ),
  ];
}

/** Every cell ends with its mark, so that numbers stand below each other. */
function cellOf({ days, leftOut }: History, day: Day, calls = 0): string {
  const isOpen = days.some((one) => one.day === day && one.sources.includes('open'));
  const isLeftOut = leftOut.some((one) => one.day === day);
  const mark = isLeftOut ? '?' : isOpen ? '+' : ' ';
  return calls === 0 ? (isLeftOut ? '? ' : `-${mark}`) : `${calls}${mark}`;
}

/** What the marks of `calendar` mean that it has. */
export function marksIn(lines: readonly string[]): string {
  const meanings = { '-': 'nothing counted', '+': 'not closed yet', '?': 'left out (see the warning)' };
  const cells = lines.join('\n').replaceAll(/\d-\d/g, '');
  const found = Object.entries(meanings).filter(([mark]) => cells.includes(mark));
  return found.map(([mark, meaning]) => `${mark} ${meaning}`).join('; ');
}
