import type { Day } from '../../schema/calendar.js';
import { MAX_KEY_LENGTH, MAX_REPORT_BYTES, MAX_ROWS } from '../../schema/limits.js';
import { type Row, reportProblem } from '../../schema/report.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import { encode } from './encode.js';
import { rowsOf, type Seen } from './rows.js';
import type { Totals } from './totals.js';

/** What a report is made for and from, apart from its counts. */
export interface Frame {
  readonly day: Day;
  readonly vocabulary: Vocabulary;
  /** The schema the user accepted. */
  readonly schema: number;
  readonly seen: Seen | undefined;
  /** PostHog's project key, empty where there is no destination yet. */
  readonly key: string;
}

const FEWER_ROWS = 10;

/**
 * A day's counts as the request body: at most 100 rows and 64 KiB, every string checked against the closed world.
 * Shared by closing, by `preview` and by the example, so that what is shown is made by what is sent.
 *
 * @throws where a row is not of the closed world; such a report is never frozen
 */
export async function freeze(totals: Totals, { day, vocabulary, schema, seen, key }: Frame): Promise<string> {
  for (let most = MAX_ROWS; ; most -= FEWER_ROWS) {
    const rows = rowsOf(totals, { rows: most, schema, seen });
    assertClosedWorld(rows, day, vocabulary, schema);
    const body = await encode(rows, day, key);
    // Room for any key that may take this one's place until it is sent.
    const bytes = Buffer.byteLength(body) - Buffer.byteLength(key) + MAX_KEY_LENGTH;
    if (bytes <= MAX_REPORT_BYTES || most <= FEWER_ROWS) return body;
  }
}

function assertClosedWorld(rows: readonly Row[], day: Day, vocabulary: Vocabulary, schema: number): void {
  const problem = reportProblem({ schema, day, rows }, vocabulary, schema);
  if (problem !== undefined) throw new Error(`the report of ${day} is not of the schema: ${problem}`);
}
