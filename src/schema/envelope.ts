import { type Day, dayOf } from './calendar.js';
import { ADDED, BODY, EVENT, problemOf, type Sender } from './envelope-rules.js';
import { SCHEMA } from './fields.js';
import { type Refusal, type Report, type Row, refusalOf } from './report.js';
import type { Vocabulary } from './vocabulary.js';

/*
 * Rows travel in PostHog's batch format. Everything around our properties is constant, random, or the day:
 *
 *     {"api_key": …, "batch": [{"event", "properties", "timestamp": noon UTC, "uuid": v4, "distinct_id": the same}, …]}
 */

/** One event of a body, reduced to its row, day and id. */
export interface SentRow {
  /** Its index in the batch. */
  readonly at: number;
  readonly day: Day;
  readonly uuid: string;
  readonly row: Row;
}

/**
 * Takes a body apart, in order. Does not check the rows; `refusalOf` does that.
 * @param body parsed JSON
 */
export function takeApart(body: unknown, sender: Sender): readonly SentRow[] | Refusal {
  const problem = problemOf(body, BODY[sender]);
  if (problem !== undefined) return malformed(`body${problem}`);
  const rows: SentRow[] = [];
  let last = { timestamp: '', day: '' };
  for (const [at, sent] of (body as { batch: readonly SentEvent[] }).batch.entries()) {
    const wrong = problemOf(sent, EVENT[sender]);
    if (wrong !== undefined) return malformed(`batch.${at}${wrong}`);
    const { event, properties, timestamp, uuid } = sent;
    const own: Record<string, unknown> = {};
    const added = problemOf(properties, ADDED[sender], own);
    if (added !== undefined) return malformed(`batch.${at}.properties${added}`);
    if (timestamp !== last.timestamp) last = { timestamp, day: dayOf(Date.parse(timestamp)) };
    rows.push({ at, day: last.day, uuid, row: { event, properties: own } as Row });
  }
  return rows;
}

function malformed(problem: string): Refusal {
  return { problem, rule: 'malformed' };
}

interface SentEvent {
  readonly event: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
  readonly uuid: string;
  readonly distinct_id: string;
}

/** The report in a body of this package, or what is wrong with the body. */
export type Opened = { readonly report: Report } | Refusal;

/** Checks every string and number of a body against the schema and the vocabulary. */
export function openEnvelope(body: string, vocabulary: Vocabulary, schema: number = SCHEMA): Opened {
  const parsed = parse(body);
  const rows = takeApart(parsed, 'us');
  if ('problem' in rows) return rows;
  const problem = relationProblem(rows, parsed as { batch: readonly SentEvent[] });
  if (problem !== undefined) return malformed(problem);
  // The value is checked, but the text is sent. They are the same only if serializing the value gives the text.
  // Otherwise a repeated key or white space would be sent unchecked.
  if (JSON.stringify(parsed) !== body) return malformed('body: expected no repeated key and no white space');
  const report = { schema, day: rows[0]?.day ?? '', rows: rows.map(({ row }) => row) };
  return refusalOf(report, vocabulary, schema) ?? { report };
}

function relationProblem(rows: readonly SentRow[], { batch }: { batch: readonly SentEvent[] }): string | undefined {
  if (batch.some(({ uuid, distinct_id }) => uuid !== distinct_id)) return 'batch: expected distinct_id to be the uuid';
  if (new Set(rows.map(({ day }) => day)).size > 1) return 'batch: expected one day';
  return new Set(rows.map(({ uuid }) => uuid)).size < rows.length ? 'batch: expected ids to differ' : undefined;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // the rules refuse what is not an object
  }
}
