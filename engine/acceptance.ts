import { INSIGHTS } from '../src/posthog/insights.js';
import { FIRST_DAYS, fill, projectOf, STATES, type State, ZONES } from './conditions.js';
import { type Engine, startEngine } from './engine.js';
import type { Sent } from './fixture.js';
import { type Project, toClickHouse } from './hogql.js';
import { truth } from './truth.js';

/** An insight in a state of storage and definitions, over all time zones and first days of the week. */
export interface Verdict {
  readonly insight: string;
  readonly state: string;
  /** Numbers and names that were compared. */
  readonly compared: number;
  /** Those that are not the truth. A row too many or too few counts with all its values. */
  readonly wrong: number;
}

/** Compares every number of every insight, in each condition, with the truth. */
export async function accept(onVerdict: (verdict: Verdict) => void = () => undefined): Promise<Verdict[]> {
  const engine = await startEngine();
  try {
    const sent = await fill(engine);
    const judge = createJudge(engine, sent);
    const verdicts: Verdict[] = [];
    for (const state of STATES) {
      for (const { key, query } of INSIGHTS) {
        const verdict = judge(key, sqlOf(query), state);
        verdicts.push(verdict);
        onVerdict(verdict);
      }
    }
    return verdicts;
  } finally {
    engine.end();
  }
}

/** Judges a query by the truth of the insight with this key. Equal SQL is executed once. */
export function createJudge(engine: Engine, sent: readonly Sent[]) {
  const truths = new Map(ZONES.map(({ now }) => [now as string, truth(sent, now)]));
  const known = new Map<string, unknown[][]>();
  return (insight: string, query: string, state: State): Verdict => {
    let compared = 0;
    let wrong = 0;
    for (const zone of ZONES) {
      for (const firstDay of FIRST_DAYS) {
        const sql = settled(query, projectOf(state, zone, firstDay), state);
        const rows = known.get(sql) ?? engine.rows(sql);
        known.set(sql, rows);
        const expected = truths.get(zone.now)?.[insight] ?? [];
        compared += expected.flat().length;
        wrong += differences(rows, expected);
      }
    }
    return { insight, state: state.name, compared, wrong };
  };
}

/** The SQL that PostHog would execute, with the settings that change what it means. */
const settled = (query: string, project: Project, { analyzer }: State) =>
  `${toClickHouse(query, project)} settings enable_analyzer = ${analyzer}, transform_null_in = 1`;

export function sqlOf(query: object): string {
  return (query as { source: { query: string } }).source.query;
}

function differences(rows: readonly unknown[][], expected: readonly unknown[][]): number {
  const longer = rows.length > expected.length ? rows : expected;
  return longer.flatMap((line, row) => line.filter((_, column) => rows[row]?.[column] !== expected[row]?.[column]))
    .length;
}
