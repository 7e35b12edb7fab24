import { addDays, bucketOf } from '../period.js';
import type { Answer } from './api.js';
import { lines } from './charts.js';
import type { Section } from './section.js';

const SPANS = [
  ['day', 'a day', '#0072b2'],
  ['week', 'a week', '#e69f00'],
  ['month', 'a month', '#009e73'],
] as const;

/** The last whole day, week and month, and the one before. */
export function installNumbers({ rows, to }: Answer): { span: string; now: number | null; before: number | null }[] {
  return SPANS.map(([span]) => {
    const own = rows.filter(({ granularity }) => granularity === span);
    const isOver = bucketOf(addDays(to, 1), span) !== bucketOf(to, span);
    const whole = isOver || own.length === 1 ? own : own.slice(0, -1);
    return {
      span,
      now: (whole.at(-1)?.installs as number | null) ?? null,
      before: (whole.at(-2)?.installs as number | null) ?? null,
    };
  });
}

/** How many installs, over time. */
export function trend({ rows, withheld }: Answer): Section {
  const days = rows.filter(({ granularity }) => granularity === 'day').map(({ bucket }) => String(bucket));
  const series = SPANS.map(([span, name, colour]) => {
    const own = rows.filter(({ granularity }) => granularity === span);
    // A week or a month is drawn at each of its days.
    const byBucket = new Map(own.map(({ bucket, installs }) => [bucket, installs as number | null]));
    return { name: `in ${name}`, colour, data: days.map((day) => byBucket.get(bucketOf(day, span)) ?? null) };
  });
  return {
    id: 'installs',
    title: 'How many use it?',
    says: 'Installs that reported: on the day, at least once in the week, in the month. Rather too few in a month: days with few first reports are withheld.',
    wide: true,
    chart: lines(days, series),
    table: rows,
    withheld,
  };
}
