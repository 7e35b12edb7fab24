import { addDays, bucketOf } from '../api/period.js';
import type { Answer } from './api.js';
import { lines } from './charts.js';
import type { Section } from './section.js';

const SPANS = [
  ['day', 'a day', '#0072b2'],
  ['week', 'a week', '#e69f00'],
  ['month', 'a month', '#009e73'],
] as const;

/** The last complete day, week and month, each compared with the one before. */
export function installNumbers({ rows, to }: Answer): { span: string; now: number | null; before: number | null }[] {
  return SPANS.map(([span]) => {
    const whole = wholeBuckets(rows, to, span);
    return {
      span,
      now: (whole.at(-1)?.installs as number | null) ?? null,
      before: (whole.at(-2)?.installs as number | null) ?? null,
    };
  });
}

/** Leaves out a day, week or month that is not over, because it would look like a collapse. */
function wholeBuckets(rows: Answer['rows'], to: string, span: (typeof SPANS)[number][0]): Answer['rows'] {
  const own = rows.filter(({ granularity }) => granularity === span);
  const isOver = bucketOf(addDays(to, 1), span) !== bucketOf(to, span);
  return isOver || own.length === 1 ? own : own.slice(0, -1);
}

/** The number of installs over time. */
export function trend({ rows, to, suppressed }: Answer): Section {
  const days = rows.filter(({ granularity }) => granularity === 'day').map(({ bucket }) => String(bucket));
  const series = SPANS.map(([span, name, colour]) => {
    const own = wholeBuckets(rows, to, span);
    // A week or a month is drawn at each of its days.
    const byBucket = new Map(own.map(({ bucket, installs }) => [bucket, installs as number | null]));
    return { name: `in ${name}`, colour, data: days.map((day) => byBucket.get(bucketOf(day, span)) ?? null) };
  });
  return {
    id: 'installs',
    title: 'How many use it?',
    says: 'Installs that reported: on the day, at least once in the week, in the month. A week or a month that is not over is left out. Months are counted too low, because days with few first reports are suppressed.',
    wide: true,
    chart: lines(days, series),
    table: rows,
    suppressed,
  };
}
