import { hash } from 'node:crypto';
import { constants, gunzipSync } from 'node:zlib';
import type { Day } from '../../schema/calendar.js';
import { type SentRow, takeApart } from '../../schema/envelope.js';
import { SCHEMA } from '../../schema/fields.js';
import { DAYS_REPEAT_IS_KNOWN, MAX_REPORT_BYTES } from '../../schema/limits.js';
import { type Refusal, type Report, refusalOf } from '../../schema/report.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import { labelOf } from '../cells/measures.js';
import { type Arrival, isAcceptable } from './arrival.js';

/** Limits the received bytes, and the unpacked ones. Senders of this package put one report into a body. */
export const MAX_BODY_BYTES = 2 * MAX_REPORT_BYTES;

/** The last bytes of gzip: how long its content is. */
const GZIP_LENGTH_BYTES = 4;

/** Takes a request body apart and checks every string and number. One unknown value refuses the whole body. */
export function open(
  bytes: Buffer,
  encoding: string | undefined,
  vocabulary: Vocabulary,
  now: number,
): Arrival | Refusal {
  const text = unpack(bytes, encoding);
  if (text === undefined)
    return { problem: `body: expected JSON, plain or gzip, of at most ${MAX_BODY_BYTES} bytes`, rule: 'malformed' };
  const rows = takeApart(parse(text), 'any');
  if ('problem' in rows) return rows;
  const reports: Report[] = [];
  for (const [day, sent] of byDay(rows)) {
    const report = { schema: SCHEMA, day, rows: sent.map(({ row }) => row) };
    const refusal = refusalOfDay(sent, report, vocabulary, now);
    if (refusal !== undefined) return refusal;
    reports.push(report);
  }
  return { reports, hash: hashOf(rows) };
}

function byDay(rows: readonly SentRow[]): Map<Day, SentRow[]> {
  const days = new Map<Day, SentRow[]>();
  for (const row of rows) {
    const known = days.get(row.day);
    if (known === undefined) days.set(row.day, [row]);
    else known.push(row);
  }
  return days;
}

/** Why the rows of a day are not a report. The path leads into the batch, which the sender knows. */
function refusalOfDay(
  sent: readonly SentRow[],
  report: Report,
  vocabulary: Vocabulary,
  now: number,
): Refusal | undefined {
  if (!isAcceptable(report.day, now))
    return {
      problem: `batch.${sent[0]?.at}.timestamp: expected a day of the last ${DAYS_REPEAT_IS_KNOWN}`,
      rule: 'day',
    };
  const refusal = refusalOf(report, vocabulary);
  const inBatch = (_: string, index: string) => `batch.${sent[Number(index)]?.at}`;
  if (refusal !== undefined) return { ...refusal, problem: refusal.problem.replace(/^rows\.(\d+)/, inBatch) };
  const repeated = firstRepeated(report.rows.map((row) => `${row.event} ${labelOf(row)}`));
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
  const ids = rows.map(({ uuid }) => uuid).join('');
  return new Uint8Array(hash('sha256', ids, 'buffer').subarray(0, 8));
}

/**
 * Undefined if the bytes are not gzip, are cut off, or unpack to more than the limit or than their end tells. One body
 * at a time is unpacked, into one buffer of its length: else a few kilobytes from each of thousands of senders would
 * become gigabytes, or garbage that grows faster than it is collected.
 */
function unpack(bytes: Buffer, encoding: string | undefined): string | undefined {
  const kind = encoding?.trim().toLowerCase() ?? '';
  if (kind === '' || kind === 'identity') return bytes.toString('utf8');
  if (kind !== 'gzip' || bytes.length < GZIP_LENGTH_BYTES) return undefined;
  const length = bytes.readUInt32LE(bytes.length - GZIP_LENGTH_BYTES);
  if (length > MAX_BODY_BYTES) return undefined;
  try {
    const chunkSize = Math.max(length + 1, constants.Z_MIN_CHUNK); // in a full buffer, zlib asks for a second one
    return gunzipSync(bytes, { maxOutputLength: length, chunkSize }).toString('utf8');
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
