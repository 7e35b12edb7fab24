import { type QuestionName, SHAPES } from '../api/columns.js';
import type { Answer, AnswerRow } from '../api/source.js';

export type { Answer };
export type Row = AnswerRow;
export type Answers = Readonly<Record<QuestionName, Answer>>;

export interface About {
  readonly minInstalls: number;
  readonly pooled: boolean;
  readonly lastDay: string | null;
  readonly isInvented: boolean;
  /** Reports that were refused since the start, by rule. */
  readonly refused: Readonly<Record<string, number>>;
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' } });
  if (response.ok) return response.json() as Promise<T>;
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  throw new Error(detail ?? `the collector answered ${response.status}`);
}

export const about = () => get<About>('api/v1');

export async function ask(): Promise<Answers> {
  const asking = Object.keys(SHAPES).map(async (question) => [question, await get<Answer>(`api/v1/${question}`)]);
  return Object.fromEntries(await Promise.all(asking));
}
