import { causeOf, systemCode } from '../../platform/errors.js';
import type { Day } from '../../schema/calendar.js';
import { openEnvelope } from '../../schema/envelope.js';
import { MAX_KEY_LENGTH, MAX_REPORT_BYTES, MAX_ROWS } from '../../schema/limits.js';
import type { Row } from '../../schema/report.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import { encode } from './encode.js';
import { rowsOf, type Seen } from './rows.js';
import type { Totals } from './totals.js';
import { NotFrozen } from './unfrozen.js';

/** What a report is made from, besides its counts. */
export interface Frame {
  readonly day: Day;
  readonly vocabulary: Vocabulary;
  /** The schema the user accepted. */
  readonly schema: number;
  readonly seen: Seen | undefined;
  /** PostHog's project key, empty if there is no destination yet. */
  readonly key: string;
  /** Another report of this process and day was made before, so the install is counted already. */
  readonly isContinued?: boolean;
}

/** If a body is too large, it is made again with this many fewer rows. */
const ROW_DECREMENT = 10;

/**
 * Makes the request body of a day's counts: at most 100 rows and 64 KiB, checked as it will be before it is sent, so
 * that no body is frozen that would never leave. Closing, `preview` and its example share this function, so that
 * `preview` shows what is sent.
 *
 * @throws NotFrozen if the body leaves the closed world or cannot be made; a system error if no descriptor is left
 */
export async function freeze(totals: Totals, frame: Frame): Promise<string> {
  const { day, vocabulary, schema, seen, key, isContinued } = frame;
  for (let rowLimit = MAX_ROWS; ; rowLimit -= ROW_DECREMENT) {
    const rows = rowsOf(totals, { rows: rowLimit, schema, seen, isContinued });
    const body = await encodeOrExplain(rows, day, key);
    const opened = openEnvelope(body, vocabulary, schema);
    if ('problem' in opened) throw new NotFrozen(opened.problem);
    // The key may be replaced before sending, so that the longest one must fit.
    const bytes = Buffer.byteLength(body) - Buffer.byteLength(key) + MAX_KEY_LENGTH;
    if (bytes <= MAX_REPORT_BYTES || rowLimit <= ROW_DECREMENT) return body;
  }
}

async function encodeOrExplain(rows: readonly Row[], day: Day, key: string): Promise<string> {
  try {
    return await encode(rows, day, key);
  } catch (error) {
    // If the process has no descriptor left, a later attempt may work.
    if (['EMFILE', 'ENFILE'].includes(systemCode(error) ?? '')) throw error;
    throw error instanceof NotFrozen ? error : new NotFrozen(`it cannot be encoded, ${causeOf(error)}`);
  }
}
