import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { Day } from '../../schema/calendar.js';
import { type SentRow, takeApart } from '../../schema/envelope.js';
import { SCHEMA } from '../../schema/fields.js';
import { DAYS_REPEAT_IS_KNOWN } from '../../schema/limits.js';
import { type Refusal, type Report, refusalOf } from '../../schema/report.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import { labelOf } from '../cells/measures.js';
import { type Arrival, isAcceptable } from './arrival.js';

/** Limits the received bytes, and the unpacked ones. A report has far fewer (schema/limits.ts); a batch has several. */
export const MAX_BODY_BYTES = 512 * 1024;

/** Takes a request body apart and checks every string and number. One unknown value refuses the whole body. */
export async function open(
  bytes: Buffer,
  encoding: string | undefined,
  vocabulary: Vocabulary,
  now: number,
): Promise<Arrival | Refusal> {
  const text = unpack(bytes, encoding);
  if (text === undefined)
    return { problem: `body: expected JSON, plain or gzip, of at most ${MAX_BODY_BYTES} bytes`, rule: 'malformed' };
  const rows = takeApart(parse(text), 'any');
  if ('problem' in rows) return rows;
  const late = rows.findIndex(({ day }) => !isAcceptable(day, now));
  if (late !== -1)
    return { problem: `batch.${late}.timestamp: expected a day of the last ${DAYS_REPEAT_IS_KNOWN}`, rule: 'day' };
  const reports: Report[] = [];
  for (const [day, sent] of byDay(rows)) {
    const refusal = refusalOfDay(day, sent, vocabulary);
    if (refusal !== undefined) return refusal;
    reports.push({ schema: SCHEMA, day, rows: sent.map(({ row }) => row) });
  }
  return { reports, hash: hashOf(rows) };
}

interface PlacedRow extends SentRow {
  /** Its index in the batch. */
  readonly at: number;
}

function byDay(rows: readonly SentRow[]): Map<Day, PlacedRow[]> {
  const days = new Map<Day, PlacedRow[]>();
  for (const [at, row] of rows.entries()) {
    const known = days.get(row.day) ?? [];
    days.set(row.day, known);
    known.push({ ...row, at });
  }
  return days;
}

/** Why the rows are not a report. The path leads into the batch, which the sender knows. */
function refusalOfDay(day: Day, sent: readonly PlacedRow[], vocabulary: Vocabulary): Refusal | undefined {
  const refusal = refusalOf({ schema: SCHEMA, day, rows: sent.map(({ row }) => row) }, vocabulary);
  const inBatch = (_: string, index: string) => `batch.${sent[Number(index)]?.at}`;
  if (refusal !== undefined) return { ...refusal, problem: refusal.problem.replace(/^rows\.(\d+)/, inBatch) };
  const repeated = firstRepeated(sent.map(({ row }) => `${row.event} ${labelOf(row)}`));
  if (repeated === -1) return undefined;
  return { problem: `batch.${sent[repeated]?.at}: expected one row for each name and day`, rule: 'malformed' };
}

/** The index of the first text that occurred before; -1 if there is none. */
function firstRepeated(texts: readonly string[]): number {
  const seen = new Set<string>();
  return texts.findIndex((text) => seen.size === seen.add(text).size);
}

/** The ids of a report never change, so that eight bytes of their hash tell it from all others. */
function hashOf(rows: readonly SentRow[]): Uint8Array {
  const hash = createHash('sha256');
  for (const { uuid } of rows) hash.update(uuid);
  return new Uint8Array(hash.digest().subarray(0, 8));
}

/**
 * Undefined if the bytes are not gzip, are cut off, or unpack to more than the limit. One body at a time is unpacked:
 * when all that wait were, a few kilobytes from each of thousands of senders would become gigabytes.
 */
function unpack(bytes: Buffer, encoding: string | undefined): string | undefined {
  const kind = encoding?.trim().toLowerCase() ?? '';
  if (kind === '' || kind === 'identity') return bytes.toString('utf8');
  if (kind !== 'gzip') return undefined;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BODY_BYTES }).toString('utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the rules refuse what is not an object
  }
}
