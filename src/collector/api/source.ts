import type { Vocabulary } from '../../schema/vocabulary.js';
import type { Interval, Span } from '../cells/intervals.js';
import type { Published } from '../publish/published.js';
import { daysOf, type Period, spansOf } from './period.js';

/** One row of an answer, in JSON and in CSV. Numbers are null unless the state is `published`; zero is 0. */
export type AnswerRow = Readonly<Record<string, string | number | null>>;

/**
 * - `published`: the numbers are there; zero is 0
 * - `too few`: fewer than the minimum of installs reported it, possibly none
 * - `not over yet`: the interval ends less than eight days ago
 */
export type State = 'published' | 'too few' | 'not over yet';

/** A version of the server that was released. */
export interface Release {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly name: string;
}

export interface Answer extends Period {
  /** False if days are shown as they are stored, whatever few installs they are from. */
  readonly pooled: boolean;
  /** How many days of the period lie in intervals of which something is published. */
  readonly covered: { readonly days: number; readonly of: number };
  readonly rows: readonly AnswerRow[];
}

/** What a question is answered from. */
export interface Source {
  readonly period: Period;
  readonly published: Published;
  /** The intervals in the period. */
  readonly intervals: readonly Interval[];
  /** The spans of the period in which something can be published; where nothing is pooled, the days with reports. */
  readonly spans: readonly Span[];
  readonly vocabulary: Vocabulary;
  readonly minInstalls: number;
}

export function sourceOf(period: Period, published: Published, vocabulary: Vocabulary, minInstalls: number): Source {
  const intervals = published.within(period.from, period.to);
  const daysWithRows = new Set(intervals.map(({ interval }) => interval));
  const spans = published.isPooled ? spansOf(period) : daysOf(period).filter(({ from }) => daysWithRows.has(from));
  return { period, published, intervals, spans, vocabulary, minInstalls };
}
