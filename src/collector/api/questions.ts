import { csvText } from '../../platform/csv-text.js';
import { DAY_MS, type Day, dayOf, daysBetween } from '../../schema/calendar.js';
import type { EventName } from '../../schema/field.js';
import { LATENCY_CELLS } from '../../schema/latency.js';
import { OTHER, PROVIDERS, type Vocabulary } from '../../schema/vocabulary.js';
import { type Histogram, quantile } from '../cells/histogram.js';
import { type Interval, isComplete, type Span } from '../cells/intervals.js';
import { cellOf, rowsOf } from '../cells/tally.js';
import { countsOf, type QuestionName } from './columns.js';
import { installs } from './installs.js';
import type { Period } from './period.js';
import type { Answer, AnswerRow, Source, State } from './source.js';

type Question = (source: Source) => readonly AnswerRow[];

/** The columns that every row begins with. */
function placed({ interval, from, to }: Span, state: State): AnswerRow {
  return { interval, from, to, state };
}

/** Of a block in a span of which nothing is published. */
function missing({ published }: Source, span: Span): State {
  return !published.isPooled || isComplete(span, published.today()) ? 'too few' : 'not over yet';
}

const ofEvent = ({ intervals }: Source, event: EventName) => intervals.filter((one) => one.event === event);

/** The shown count of a measure; null if the interval shows nothing. */
function counted({ event, shown }: Interval, measure: string): number | null {
  return shown === null ? null : cellOf(event, shown, measure).sum;
}

function counts(event: EventName, one: Interval | undefined): AnswerRow {
  return Object.fromEntries(countsOf(event).map((name) => [name, one === undefined ? null : counted(one, name)]));
}

/** About how many installs: those of the interval; without pooling, the rows of the day. */
function installsOf(one: Interval | undefined): number | null {
  return one === undefined ? null : (one.installs ?? rowsOf(one.counted));
}

/** A row for each span and possible name, so that a missing number says why. Without pooling, nothing is missing. */
function byName(event: EventName, column: string, names: (vocabulary: Vocabulary) => readonly string[]): Question {
  return (source) => {
    const found = new Map(ofEvent(source, event).map((one) => [`${one.interval} ${one.label}`, one]));
    const labels = [...new Set([...names(source.vocabulary), ...ofEvent(source, event).map(({ label }) => label)])];
    return source.spans.flatMap((span) =>
      labels.flatMap((label) => {
        const one = found.get(`${span.interval} ${label}`);
        if (one === undefined && !source.published.isPooled) return [];
        const place = placed(span, one === undefined ? missing(source, span) : 'published');
        return { ...place, [column]: label, installs: installsOf(one), ...counts(event, one) };
      }),
    );
  };
}

function sumOf(intervals: readonly Interval[], event: EventName, measures: readonly string[]): number | null {
  const own = intervals.filter((one) => one.event === event);
  if (own.length === 0) return null;
  return own.reduce((total, one) => total + measures.reduce((sum, name) => sum + (counted(one, name) ?? 0), 0), 0);
}

const overview: Question = (source) =>
  source.spans.map((span) => {
    const own = source.intervals.filter(({ interval }) => interval === span.interval);
    const active = own.find(({ event }) => event === 'active_install');
    const state = own.length === 0 ? missing(source, span) : 'published';
    return {
      ...placed(span, state),
      installs: installsOf(active),
      invocations: sumOf(own, 'tool_usage', ['invocations']),
      failures: sumOf(own, 'tool_usage', ['failures']),
      sessions: sumOf(own, 'session_usage', countsOf('session_usage')),
    };
  });

const POOLED = 'all rarely called';

/** A row for each published interval that has a histogram: of a tool, and of the rarely called tools together. */
const latency: Question = (source) =>
  source.intervals.flatMap((one) => {
    const isPooled = one.event === 'tool_latency';
    if ((one.event !== 'tool_usage' && !isPooled) || one.shown === null) return [];
    const histogram: Histogram = Object.fromEntries(LATENCY_CELLS.map((cell) => [cell, counted(one, cell) ?? 0]));
    const p50 = quantile(histogram, 0.5);
    if (p50 === null) return [];
    const shown = Object.values(histogram).reduce((sum, count) => sum + count, 0);
    const invocations = isPooled ? null : counted(one, 'invocations');
    const p95 = quantile(histogram, 0.95);
    return [
      {
        ...placed(one, 'published'),
        tool: isPooled ? POOLED : one.label,
        p50,
        p95,
        with_latency: shown,
        invocations,
        ...histogram,
      },
    ];
  });

const workflow: Question = (source) =>
  ofEvent(source, 'workflow_step').flatMap((one) => {
    const [from_tool = '', to_tool = ''] = one.label.split('>');
    const count = counted(one, 'count');
    return count === null ? [] : [{ ...placed(one, 'published'), from_tool, to_tool, count }];
  });

const sessions: Question = (source) =>
  source.spans.map((span) => {
    const one = ofEvent(source, 'session_usage').find(({ interval }) => interval === span.interval);
    const state = one === undefined ? missing(source, span) : 'published';
    return { ...placed(span, state), ...counts('session_usage', one) };
  });

/** All questions, each under `GET /api/v1/<name>`. */
export const QUESTIONS = {
  overview,
  installs,
  tools: byName('tool_usage', 'tool', ({ tools }) => [...tools, OTHER]),
  latency,
  workflow,
  features: byName('feature_usage', 'feature', ({ features }) => [...features, OTHER]),
  providers: byName('provider_usage', 'provider', () => PROVIDERS),
  sessions,
} as const satisfies Record<QuestionName, Question>;

export function answer(question: QuestionName, source: Source): Answer {
  const { period, published } = source;
  const events = EVENTS_OF[question];
  const own = source.intervals.filter(({ event }) => events.includes(event));
  return { ...period, pooled: published.isPooled, covered: coverage(period, own), rows: QUESTIONS[question](source) };
}

const EVENTS_OF: Readonly<Record<QuestionName, readonly EventName[]>> = {
  overview: ['tool_usage'],
  installs: ['active_install'],
  tools: ['tool_usage'],
  latency: ['tool_usage', 'tool_latency'],
  workflow: ['workflow_step'],
  features: ['feature_usage'],
  providers: ['provider_usage'],
  sessions: ['session_usage'],
};

function coverage({ from, to }: Period, intervals: readonly Interval[]): Answer['covered'] {
  const days = new Set<Day>();
  for (const one of intervals)
    for (let at = Date.parse(one.from); at <= Date.parse(one.to); at += DAY_MS) days.add(dayOf(at));
  return { days: days.size, of: daysBetween(from, to) + 1 };
}

/** The first line names the columns, even if there are no rows. */
export function toCsv({ rows }: Pick<Answer, 'rows'>, columns: readonly string[]): string {
  return csvText(
    columns,
    rows.map((row) => columns.map((column) => row[column] ?? '')),
  );
}
