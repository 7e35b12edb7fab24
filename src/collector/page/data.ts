import { addDays, type Day, monthOf } from '../../schema/calendar.js';
import type { QuestionName } from '../api/columns.js';
import type { Answer, AnswerRow, State } from '../api/source.js';
import { restSpan } from '../cells/intervals.js';

/** One row of an answer: its interval, what is known of it, names and numbers. */
export type Row = AnswerRow & {
  readonly interval: string;
  readonly from: Day;
  readonly to: Day;
  readonly state: State;
};

export type Answers = Readonly<Record<QuestionName, Omit<Answer, 'rows'> & { readonly rows: readonly Row[] }>>;

/** A day on which a version came out. */
export interface Release {
  readonly date: Day;
  readonly name: string;
}

/** What the collector says of itself. What only a running collector knows is missing in a static copy. */
export interface About {
  readonly questions: readonly QuestionName[];
  readonly minInstalls: number;
  readonly pooled: boolean;
  readonly today: Day;
  readonly firstDay: Day | null;
  readonly lastDay: Day | null;
  readonly isInvented: boolean;
  /** The declared names, in their order. */
  readonly tools: readonly string[];
  readonly features: readonly string[];
  readonly releases?: readonly Release[];
  readonly accepted?: number;
  /** Reports that were refused since the start, by rule. */
  readonly refused?: Readonly<Record<string, number>>;
}

export interface Data {
  readonly about: About;
  readonly answers: Answers;
}

/**
 * Everything there is, at once: intervals are few, and every period is then computed here. The addresses are those of
 * files, so that a folder on a file server works too; it ignores the query.
 */
export async function load(): Promise<Data> {
  const about = await get<About>('api/v1/about.json');
  const { firstDay, lastDay, today } = about;
  if (firstDay === null || lastDay === null) return { about, answers: {} as Answers };
  const to = restSpan(monthOf(today)).to;
  const from = latest(restSpan(monthOf(firstDay)).from, addDays(to, -MAX_DAYS));
  const asking = about.questions.map(
    async (question) => [question, await get(`api/v1/${question}.json?from=${from}&to=${to}`)] as const,
  );
  return { about, answers: Object.fromEntries(await Promise.all(asking)) as Answers };
}

/** The collector answers for at most about ten years. */
const MAX_DAYS = 3_600;

const latest = (a: Day, b: Day) => (a > b ? a : b);

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' } });
  if (response.ok) return response.json() as Promise<T>;
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  throw new Error(detail ?? `the server answered ${response.status}`);
}
