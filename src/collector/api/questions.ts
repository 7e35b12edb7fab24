import type { Day } from '../../schema/calendar.js';
import type { EventName } from '../../schema/field.js';
import { LATENCY_CELLS } from '../../schema/latency.js';
import { type Histogram, quantile } from '../cells/histogram.js';
import type { Days } from '../publish/published-days.js';
import { countsOf, type QuestionName } from './columns.js';
import { addDays, bucketOf, bucketsOf, GRANULARITIES, type Period } from './period.js';

/** One row of an answer, in JSON and in CSV. A number is null if it is zero or suppressed. */
export type AnswerRow = Readonly<Record<string, string | number | null>>;

export interface Answer extends Period {
  /** True if a number of the period is suppressed because too few installs reported it. */
  readonly suppressed: boolean;
  readonly rows: readonly AnswerRow[];
}

type Question = (period: Period, days: Days) => Answer;

/** Adds up published numbers, and no others, by bucket, label and measure. */
function sums(
  event: EventName,
  days: Days,
  bucketFor: (day: Day) => string,
): Map<string, Map<string, Map<string, number>>> {
  const buckets = new Map<string, Map<string, Map<string, number>>>();
  for (const [day, { cells }] of days) {
    for (const [label, measures] of cells.get(event) ?? []) {
      const bucket = bucketFor(day);
      const labels = buckets.get(bucket) ?? new Map<string, Map<string, number>>();
      buckets.set(bucket, labels);
      const total = labels.get(label) ?? new Map<string, number>();
      labels.set(label, total);
      for (const [measure, sum] of measures) total.set(measure, (total.get(measure) ?? 0) + sum);
    }
  }
  return buckets;
}

const WHOLE = '';

/** Adds up over the whole period. */
function totals(event: EventName, days: Days): ReadonlyMap<string, ReadonlyMap<string, number>> {
  return sums(event, days, () => WHOLE).get(WHOLE) ?? new Map();
}

const get = (measures: ReadonlyMap<string, number> | undefined, name: string): number | null =>
  measures?.get(name) ?? null;

function answer(period: Period, days: Days, events: readonly EventName[], rows: readonly AnswerRow[]): Answer {
  const suppressed = [...days.values()].some((day) => events.some((event) => day.suppressed.has(event)));
  return { ...period, suppressed, rows };
}

/** A question whose answer has a row for each bucket and label. */
function byLabel(
  event: EventName,
  name: string,
  line: (measures: ReadonlyMap<string, number>, period: Period) => AnswerRow,
): Question {
  return (period, days) => {
    const all = sums(event, days, (day) => bucketOf(day, period.granularity));
    const rows = bucketsOf(period).flatMap((bucket) =>
      [...(all.get(bucket) ?? [])]
        .sort()
        .map(([label, measures]) => ({ bucket, [name]: label, ...line(measures, period) })),
    );
    return answer(period, days, [event], rows);
  };
}

/** The measure that counts installs without an id: all rows of a day, the first rows of a week or month. */
const INSTALLS = { day: 'rows', week: 'first_this_week', month: 'first_this_month' } as const;

const overview: Question = (period, days) => {
  const tools = sums('tool_usage', days, (day) => bucketOf(day, period.granularity));
  const installs = sums('active_install', days, (day) => bucketOf(day, period.granularity));
  const sessions = sums('session_usage', days, (day) => bucketOf(day, period.granularity));
  const add = (
    labels: ReadonlyMap<string, ReadonlyMap<string, number>> | undefined,
    match: (measure: string) => boolean,
  ) => {
    const found = [...(labels?.values() ?? [])].flatMap((measures) =>
      [...measures].filter(([measure]) => match(measure)),
    );
    return found.length === 0 ? null : found.reduce((total, [, sum]) => total + sum, 0);
  };
  const rows = bucketsOf(period).map((bucket) => ({
    bucket,
    reports: add(installs.get(bucket), (measure) => measure === 'rows'),
    invocations: add(tools.get(bucket), (measure) => measure === 'invocations'),
    failures: add(tools.get(bucket), (measure) => measure === 'failures'),
    sessions: add(sessions.get(bucket), (measure) => measure.startsWith('sessions_')),
  }));
  return answer(period, days, ['tool_usage', 'active_install', 'session_usage'], rows);
};

const installs: Question = (period, days) => {
  const rows = GRANULARITIES.flatMap((granularity) => {
    const all = sums('active_install', days, (day) => bucketOf(day, granularity));
    return bucketsOf({ ...period, granularity }).map((bucket) => ({
      granularity,
      bucket,
      // If a bucket begins before the period, some of its first rows are outside of it.
      installs:
        bucket === bucketOf(addDays(period.from, -1), granularity)
          ? null
          : get(all.get(bucket)?.get(''), INSTALLS[granularity]),
    }));
  });
  return answer(period, days, ['active_install'], rows);
};

/** The counts of an event as columns. */
const counts = (event: EventName, measures: ReadonlyMap<string, number> | undefined): AnswerRow =>
  Object.fromEntries(countsOf(event).map((name) => [name, get(measures, name)]));

const tools = byLabel('tool_usage', 'tool', (measures, { granularity }) => ({
  installs: get(measures, INSTALLS[granularity]),
  ...counts('tool_usage', measures),
}));

const POOLED = 'all rarely called';

/**
 * Latency by tool, and pooled for the rarely called tools. Of the `invocations`, `with_latency` are in the histogram.
 * The rest is suppressed or pooled.
 */
const latency: Question = (period, days) => {
  const pooled = [...totals('tool_latency', days)].map(([, measures]) => [POOLED, measures] as const);
  const rows = [...[...totals('tool_usage', days)].sort(), ...pooled].flatMap(([tool, measures]) => {
    const histogram: Histogram = Object.fromEntries(
      LATENCY_CELLS.flatMap((cell) => (measures.has(cell) ? [[cell, measures.get(cell)]] : [])),
    );
    const p50 = quantile(histogram, 0.5);
    if (p50 === null) return [];
    const cells = Object.fromEntries(LATENCY_CELLS.map((cell) => [cell, histogram[cell] ?? null]));
    const shown = Object.values(histogram).reduce((sum, count) => sum + count, 0);
    const invocations = get(measures, 'invocations');
    return [{ tool, p50, p95: quantile(histogram, 0.95), with_latency: shown, invocations, ...cells }];
  });
  return answer(period, days, ['tool_usage', 'tool_latency'], rows);
};

const workflow: Question = (period, days) => {
  const rows = [...totals('workflow_step', days)].map(([label, measures]) => {
    const [from = '', to = ''] = label.split('>');
    return { from, to, count: get(measures, 'count') };
  });
  const counted = rows.filter(({ count }) => count !== null).sort((a, b) => (b.count ?? 0) - (a.count ?? 0));
  return answer(period, days, ['workflow_step'], counted);
};

const features = byLabel('feature_usage', 'feature', (measures, { granularity }) => ({
  installs: get(measures, INSTALLS[granularity]),
  ...counts('feature_usage', measures),
}));

const providers = byLabel('provider_usage', 'provider', (measures) => ({
  reports: get(measures, 'rows'),
  ...counts('provider_usage', measures),
}));

const sessions: Question = (period, days) => {
  const all = sums('session_usage', days, (day) => bucketOf(day, period.granularity));
  const rows = bucketsOf(period).map((bucket) => ({
    bucket,
    ...counts('session_usage', all.get(bucket)?.get('')),
  }));
  return answer(period, days, ['session_usage'], rows);
};

/** All questions, each under `GET /api/v1/<name>`. */
export const QUESTIONS = {
  overview,
  installs,
  tools,
  latency,
  workflow,
  features,
  providers,
  sessions,
} as const satisfies Record<QuestionName, Question>;

/** The first line names the columns, even if there are no rows. */
export function toCsv({ rows }: Answer, columns: readonly string[]): string {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','));
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}
