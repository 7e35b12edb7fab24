import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isObject } from '../../platform/files.js';
import { dayOf } from '../../schema/calendar.js';
import { SCHEMA } from '../../schema/fields.js';
import { type Report, type Row, reportProblem, shapeProblem } from '../../schema/report.js';
import type { Vocabulary } from '../../schema/vocabulary.js';
import { labelOf } from '../cells/measures.js';
import { type Arrival, isAcceptable } from '../store/cell-store.js';

/** Bytes as they come in, and unpacked: many times what a report has (schema/limits.ts), for a client that batches. */
export const MOST_BODY_BYTES = 512 * 1024;

/** Which field breaks which rule, never its value. */
export interface Refusal {
  readonly problem: string;
}

type Rule = readonly [expected: string, holds: (value: unknown) => boolean];

const SHORT: Rule = ['a string of at most 200 characters', (value) => typeof value === 'string' && value.length <= 200];
const TIME: Rule = [
  'a time, ISO 8601',
  (value) => typeof value === 'string' && value.length <= 40 && !Number.isNaN(Date.parse(value)),
];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const MOST_EVENTS = 1000;

/** What PostHog's own clients put around an event's properties; none of it is kept. Thousands a second: no schema library here. */
const BODY: Readonly<Record<string, Rule>> = {
  api_key: SHORT,
  sent_at: TIME,
  batch: [
    `1 to ${MOST_EVENTS} events`,
    (value) => Array.isArray(value) && value.length >= 1 && value.length <= MOST_EVENTS,
  ],
};
const EVENT: Readonly<Record<string, Rule>> = {
  event: SHORT,
  properties: ['an object', isObject],
  timestamp: TIME,
  uuid: ['a uuid', (value) => typeof value === 'string' && UUID.test(value)],
  distinct_id: SHORT,
};

interface SentEvent {
  readonly event: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
  readonly uuid: string;
}

/** The first key that breaks a rule, is missing or is not known; `path` is where it stands. */
function problemOf(
  value: unknown,
  rules: Readonly<Record<string, Rule>>,
  needed: readonly string[],
  path: string,
): string | undefined {
  if (!isObject(value)) return `${path}: expected an object`;
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(rules, key)) return `${path}: expected no other key`;
    const [expected, holds] = rules[key] as Rule;
    if (!holds(value[key])) return `${path}.${key}: expected ${expected}`;
  }
  const missing = needed.find((key) => value[key] === undefined);
  return missing === undefined ? undefined : `${path}.${missing}: expected ${rules[missing]?.[0]}`;
}

const NEEDED = Object.keys(EVENT);

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
  // First how much there is: a small packed body can hold hundreds of thousands of things to look at.
  const problem = problemOf(parsed, BODY, ['batch'], 'body') ?? shapeProblem(parsed);
  if (problem !== undefined) return { problem: problem.startsWith('body') ? problem : `body: ${problem}` };
  return read((parsed as { batch: readonly SentEvent[] }).batch, vocabulary, now);
}

function read(batch: readonly SentEvent[], vocabulary: Vocabulary, now: number): Arrival | Refusal {
  const days = new Map<string, { rows: Row[]; at: number[] }>();
  const hash = createHash('sha256');
  let last = { timestamp: '', day: '' };
  for (const [at, sent] of batch.entries()) {
    const where = `batch.${at}`;
    const wrong = problemOf(sent, EVENT, NEEDED, where);
    if (wrong !== undefined) return { problem: wrong };
    const { event, properties, timestamp, uuid } = sent;
    if (timestamp !== last.timestamp) last = { timestamp, day: dayOf(Date.parse(timestamp)) };
    const { day } = last;
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
    const twice = firstTwice(rows.map((row) => `${row.event} ${labelOf(row)}`));
    if (twice !== -1) return { problem: `batch.${at[twice]}: expected one row for each name and day` };
    reports.push(report);
  }
  // The ids were drawn once for this report and never change: eight bytes of their hash tell it from all others.
  return { reports, hash: new Uint8Array(hash.digest().subarray(0, 8)) };
}

/** The place of the first that stands there a second time, -1 where there is none. */
function firstTwice(names: readonly string[]): number {
  const seen = new Set<string>();
  return names.findIndex((name) => seen.size === seen.add(name).size);
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
  const kind = encoding?.trim().toLowerCase() ?? '';
  if (kind === '' || kind === 'identity') return bytes.toString('utf8');
  if (kind !== 'gzip') return undefined;
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
