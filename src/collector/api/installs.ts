import { type Day, mondayOf, monthOf, weekOf } from '../../schema/calendar.js';
import { isComplete, restSpan, type Span, weekSpan } from '../cells/intervals.js';
import { addTally, cellOf, emptyTally, rowsOf, type Tally } from '../cells/tally.js';
import { daysOf } from './period.js';
import type { AnswerRow, Source, State } from './source.js';

/*
 * How many installs reported on a day, in a week, in a month. These numbers stand beside the intervals and are not
 * intervals themselves. A week and a month are counted by the marks of their published rows, so that each install counts
 * once, and are then at least so many. A day is counted by its rows, as they are now: a pod without a volume that is
 * restarted counts several times in it.
 */

type Granularity = 'day' | 'week' | 'month';

export function installs({ period, published, intervals, minInstalls }: Source): AnswerRow[] {
  const days = daysOf(period);
  const weeks = unique(days.map(({ from }) => weekSpan(mondayOf(from))));
  const months = unique(days.map(({ from }) => ({ ...restSpan(monthOf(from)), interval: monthOf(from) })));
  const isInside = ({ from, to }: Span) => from >= period.from && to <= period.to;
  const rows = published.installs(period.from, period.to);
  const weeksShown = new Set(intervals.flatMap((one) => (one.event === 'active_install' ? [one.interval] : [])));
  const stateOf = (span: Span, isShown: boolean, count: number): State => {
    if (isShown && count >= minInstalls) return 'published';
    return published.isPooled && !isComplete(span, published.today()) ? 'not over yet' : 'too few';
  };
  const line = (granularity: Granularity, span: Span, isShown: boolean, count: number): AnswerRow => {
    const state = stateOf(span, isShown, count);
    const shown = state === 'published' ? count : null;
    return { interval: span.interval, from: span.from, to: span.to, state, granularity, installs: shown };
  };
  const isOver = (span: Span) => !published.isPooled || isComplete(span, published.today());
  // Of what is published, so that a late report does not show in the difference of two answers.
  const active = intervals.filter(({ event }) => event === 'active_install');
  const marked = (span: Span, mark: string) =>
    active
      .filter(({ from, to }) => from >= span.from && to <= span.to)
      .reduce((sum, { counted }) => sum + cellOf('active_install', counted, mark).sum, 0);
  return [
    ...days.map((day) => {
      const isWeekShown = !published.isPooled || weeksShown.has(weekOf(day.from));
      return line('day', day, isWeekShown, rowsOf(total(rows, day)));
    }),
    ...weeks.filter(isInside).map((week) => line('week', week, isOver(week), marked(week, 'first_this_week'))),
    ...months.filter(isInside).map((month) => line('month', month, isOver(month), marked(month, 'first_this_month'))),
  ];
}

function unique(spans: readonly Span[]): Span[] {
  return [...new Map(spans.map((span) => [span.interval, span])).values()];
}

function total(rows: ReadonlyMap<Day, Tally>, { from, to }: Span): Tally {
  const sum = emptyTally('active_install');
  for (const [day, tally] of rows) if (day >= from && day <= to) addTally(sum, tally);
  return sum;
}
