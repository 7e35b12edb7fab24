import type { Day } from '../../schema/calendar.js';
import { MAX_KEY_LENGTH, MAX_REPORT_BYTES, MAX_ROWS } from '../../schema/limits.js';
import { type Row, reportProblem } from '../../schema/report.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import { encode } from './encode.js';
import { rowsOf, type Seen } from './rows.js';
import type { Totals } from './totals.js';

/** What a report is made from, besides its counts. */
export interface Frame {
  readonly day: Day;
  readonly vocabulary: Vocabulary;
  /** The schema the user accepted. */
  readonly schema: number;
  readonly seen: Seen | undefined;
  /** PostHog's project key, empty if there is no destination yet. */
  readonly key: string;
}

/** If a body is too large, it is made again with this many rows less. */
const ROW_DECREMENT = 10;

/**
 * Makes the request body of a day's counts: at most 100 rows and 64 KiB, with every string checked against the
 * vocabulary and the schema. Closing, `preview` and its example share this function, so that `preview` shows what is
 * sent.
 *
 * @throws if a row is outside of vocabulary or schema; then nothing is frozen
 */
export async function freeze(totals: Totals, { day, vocabulary, schema, seen, key }: Frame): Promise<string> {
  for (let rowLimit = MAX_ROWS; ; rowLimit -= ROW_DECREMENT) {
    const rows = rowsOf(totals, { rows: rowLimit, schema, seen });
    assertClosedWorld(rows, day, vocabulary, schema);
    const body = await encode(rows, day, key);
    // The key may be replaced before sending, so that the longest one must fit.
    const bytes = Buffer.byteLength(body) - Buffer.byteLength(key) + MAX_KEY_LENGTH;
    if (bytes <= MAX_REPORT_BYTES || rowLimit <= ROW_DECREMENT) return body;
  }
}

function assertClosedWorld(rows: readonly Row[], day: Day, vocabulary: Vocabulary, schema: number): void {
  const problem = reportProblem({ schema, day, rows }, vocabulary, schema);
  if (problem !== undefined) throw new Error(`the report of ${day} does not match the schema: ${problem}`);
}
