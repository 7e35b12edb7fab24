import * as v from 'valibot';
import { type Day, isDay } from './calendar.js';
import { isEventName, SCHEMA } from './fields.js';
import { inWords, type Report, type Row, reportProblem, shapeProblem } from './report.js';
import type { Vocabulary } from './vocabulary.js';

/*
 * How rows travel: PostHog's batch format. What is around our properties is constant, random, or the day:
 *
 *     {"api_key": …, "batch": [{"event", "properties", "timestamp": noon UTC, "uuid": v4, "distinct_id": the same}, …]}
 */

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const RELEASE = /^\d{1,4}\.\d{1,4}\.\d{1,4}$/;
const NOON = 'T12:00:00.000Z';

/** What the encoder adds to the properties of each event. */
const ADDED = {
  $process_person_profile: v.literal(false),
  $ip: v.literal('0.0.0.0'),
  $geoip_disable: v.literal(true),
  $lib: v.literal('posthog-node'),
  $lib_version: v.pipe(v.string(), v.regex(RELEASE)),
};

const EVENT = v.pipe(
  v.strictObject({
    event: v.pipe(
      v.string(),
      v.check((name) => isEventName(name), 'expected a known event'),
    ),
    properties: v.looseObject(ADDED),
    timestamp: v.pipe(
      v.string(),
      v.check((at) => at.endsWith(NOON) && isDay(at.slice(0, 10)), 'expected noon UTC of a day'),
    ),
    uuid: v.pipe(v.string(), v.regex(UUID_V4)),
    distinct_id: v.string(),
  }),
  v.check(({ uuid, distinct_id }) => uuid === distinct_id, 'expected distinct_id to be the uuid'),
);

const BODY = v.pipe(
  v.strictObject({ api_key: v.string(), batch: v.pipe(v.array(EVENT), v.minLength(1)) }),
  v.check(({ batch }) => new Set(batch.map(({ timestamp }) => timestamp)).size === 1, 'expected one day'),
  v.check(({ batch }) => new Set(batch.map(({ uuid }) => uuid)).size === batch.length, 'expected ids to differ'),
);

/** A request body taken apart, or what is wrong with it: the field's path and the rule, never the value. */
export type Opened = { readonly report: Report } | { readonly problem: string };

/** Takes a body of ours apart and checks every string and number in it against the closed world. */
export function openEnvelope(body: string, vocabulary: Vocabulary): Opened {
  const parsed = parse(body) as { readonly batch: readonly { event: string; properties: Record<string, unknown> }[] };
  const shape = shapeProblem(parsed);
  if (shape !== undefined) return { problem: `body: ${shape}` };
  const result = v.safeParse(BODY, parsed, { abortEarly: true });
  if (!result.success) return { problem: inWords(result.issues[0], 'body') };
  // What is checked is the parsed value, what is sent is the text. They are the same only if writing one gives the
  // other: a key that stands twice, or white space, would be sent unseen.
  if (JSON.stringify(parsed) !== body) return { problem: 'body: expected no key twice and no white space' };
  const day: Day = result.output.batch[0]?.timestamp.slice(0, 10) ?? '';
  const rows = parsed.batch.map(({ event, properties }) => rowOf(event, properties));
  const report = { schema: SCHEMA, day, rows };
  const problem = reportProblem(report, vocabulary);
  return problem === undefined ? { report } : { problem };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // not an object, says the schema
  }
}

function rowOf(event: string, properties: Record<string, unknown>): Row {
  const own = Object.entries(properties).filter(([name]) => !Object.hasOwn(ADDED, name));
  return { event, properties: Object.fromEntries(own) } as Row;
}
