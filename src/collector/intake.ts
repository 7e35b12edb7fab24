import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import * as v from 'valibot';
import { dayOf } from '../schema/calendar.js';
import { SCHEMA } from '../schema/fields.js';
import { inWords, type Report, type Row, reportProblem, shapeProblem } from '../schema/report.js';
import type { Vocabulary } from '../schema/vocabulary.js';
import { labelOf } from './measures.js';
import { type Arrival, isAcceptable } from './store.js';

/** Bytes as they come in, and unpacked: many times what a report has (schema/numbers.ts), for a client that batches. */
export const MOST_BODY_BYTES = 1024 * 1024;

/** Which field breaks which rule, never its value. */
export interface Refusal {
  readonly problem: string;
}

const SHORT = v.pipe(v.string(), v.maxLength(200));
const TIME = v.pipe(v.string(), v.isoTimestamp('expected a time, ISO 8601'));

/** What PostHog's own clients put around an event's properties; none of it is kept. */
const EVENT = v.strictObject({
  event: SHORT,
  properties: v.record(v.string(), v.unknown()),
  timestamp: TIME,
  uuid: v.pipe(v.string(), v.uuid('expected a uuid')),
  distinct_id: SHORT,
});

const BODY = v.strictObject({
  api_key: v.optional(SHORT),
  sent_at: v.optional(TIME),
  batch: v.pipe(v.array(EVENT), v.minLength(1), v.maxLength(1000)),
});

/** Properties of the client itself. */
const OF_THE_CLIENT: Readonly<Record<string, (value: unknown) => boolean>> = {
  $lib: (value) => value === 'posthog-node',
  $lib_version: (value) => typeof value === 'string' && /^\d{1,4}\.\d{1,4}\.\d{1,4}$/.test(value),
  $is_server: isBoolean,
  $geoip_disable: isBoolean,
  $process_person_profile: isBoolean,
  $ip: (value) => value === '0.0.0.0',
};

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

type SentEvent = v.InferOutput<typeof EVENT>;

/** Takes a request body apart and checks every string and number in it. One that is unknown refuses all. */
export async function open(
  bytes: Buffer,
  encoding: string | undefined,
  vocabulary: Vocabulary,
  now: number,
): Promise<Arrival | Refusal> {
  const text = await unpack(bytes, encoding);
  if (text === undefined) return { problem: `body: expected JSON, plain or gzip, of at most ${MOST_BODY_BYTES} bytes` };
  const parsed = parse(text);
  const shape = shapeProblem(parsed);
  if (shape !== undefined) return { problem: `body: ${shape}` };
  const result = v.safeParse(BODY, parsed, { abortEarly: true });
  if (!result.success) return { problem: inWords(result.issues[0], 'body') };
  return read(result.output.batch, vocabulary, now);
}

function read(batch: readonly SentEvent[], vocabulary: Vocabulary, now: number): Arrival | Refusal {
  const days = new Map<string, { rows: Row[]; at: number[] }>();
  const hash = createHash('sha256');
  for (const [at, { event, properties, timestamp, uuid }] of batch.entries()) {
    const where = `batch.${at}`;
    const day = dayOf(Date.parse(timestamp));
    if (!isAcceptable(day, now)) return { problem: `${where}.timestamp: expected a day of the last 22` };
    const row = { event, properties: withoutClient(properties) } as Row;
    if (typeof row.properties === 'string')
      return { problem: `${where}.properties: expected ${row.properties} as posthog-node sends it` };
    const known = days.get(day) ?? { rows: [], at: [] };
    days.set(day, known);
    known.rows.push(row);
    known.at.push(at);
    hash.update(uuid);
  }
  const reports: Report[] = [];
  for (const [day, { rows, at }] of days) {
    const report = { schema: SCHEMA, day, rows };
    const problem = reportProblem(report, vocabulary);
    // The path is that of the report; what was sent is the batch.
    if (problem !== undefined)
      return { problem: problem.replace(/^rows\.(\d+)/, (_, index) => `batch.${at[Number(index)]}`) };
    const labels = rows.map((row) => `${row.event} ${labelOf(row)}`);
    const twice = labels.findIndex((label, index) => labels.indexOf(label) !== index);
    if (twice !== -1) return { problem: `batch.${at[twice]}: expected one row for each name and day` };
    reports.push(report);
  }
  // The ids were drawn once for this report and never change: eight bytes of their hash tell it from all others.
  return { reports, hash: new Uint8Array(hash.digest().subarray(0, 8)) };
}

/** The properties without the client's own; the name of one of those that is not as it has to be. */
function withoutClient(properties: Readonly<Record<string, unknown>>): Record<string, unknown> | string {
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    const isRight = Object.hasOwn(OF_THE_CLIENT, name) ? OF_THE_CLIENT[name] : undefined;
    if (isRight === undefined) own[name] = value;
    else if (!isRight(value)) return name;
  }
  return own;
}

const inflate = promisify(gunzip);

/** Undefined for what is no gzip, is cut off, or unpacks to more than is read (a bomb). */
async function unpack(bytes: Buffer, encoding: string | undefined): Promise<string | undefined> {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return bytes.toString('utf8');
  if (encoding !== 'gzip') return undefined;
  try {
    return (await inflate(bytes, { maxOutputLength: MOST_BODY_BYTES })).toString('utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not an object, says the schema
  }
}
