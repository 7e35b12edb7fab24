/** What `GET /api/v1/<question>` answers (docs/openapi.json). */
export interface Answer {
  readonly from: string;
  readonly to: string;
  readonly withheld: boolean;
  readonly rows: readonly Row[];
}
export type Row = Readonly<Record<string, string | number | null>>;

export const QUESTIONS = [
  'overview',
  'installs',
  'tools',
  'latency',
  'workflow',
  'features',
  'providers',
  'sessions',
] as const;
export type Question = (typeof QUESTIONS)[number];
export type Answers = Readonly<Record<Question, Answer>>;

export interface About {
  readonly minRows: number;
  readonly lastDay: string | null;
}

export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly granularity: string;
}

async function get<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' } });
  if (response.ok) return response.json() as Promise<T>;
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: string };
  throw new Error(detail ?? `the collector answered ${response.status}`);
}

export const about = () => get<About>('api/v1');

export async function ask(asked: Asked): Promise<Answers> {
  const query = new URLSearchParams({ ...asked });
  const answers = await Promise.all(QUESTIONS.map((question) => get<Answer>(`api/v1/${question}?${query}`)));
  return Object.fromEntries(QUESTIONS.map((question, at) => [question, answers[at]])) as unknown as Answers;
}
