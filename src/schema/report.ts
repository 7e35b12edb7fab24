import * as v from 'valibot';
import { isDay } from './calendar.js';
import type { EventKind, EventName, Field } from './field.js';
import { kindsOf, propertiesOf, SCHEMA } from './fields.js';
import { MAX_COUNT, MAX_ROWS } from './limits.js';
import { roundCount } from './rounding.js';
import { namesFor, type Vocabulary } from './vocabulary.js';

/** One independent line of a report: an event name and flat properties. */
export interface Row {
  readonly event: EventName;
  readonly properties: Readonly<Record<string, string | number | true>>;
}

/** One UTC day of one install: 1 to 100 rows in random order, with nothing that links them. */
export interface Report {
  readonly schema: number;
  readonly day: string;
  readonly rows: readonly Row[];
}

/**
 * Builds the check of a report from the field table: every event name, property name, string and number must be a
 * member of the finite set that the schema and the vocabulary define. It runs before a report is frozen, and before it
 * is sent.
 */
function reportSchema(vocabulary: Vocabulary, schema: number) {
  const kinds = kindsOf(schema).map((kind) => rowSchema(kind, vocabulary, schema));
  return v.strictObject({
    schema: v.literal(schema),
    day: v.pipe(
      v.string(),
      v.check((text) => isDay(text), 'expected a day, YYYY-MM-DD'),
    ),
    rows: v.pipe(v.array(v.variant('event', kinds)), v.minLength(1), v.maxLength(MAX_ROWS)),
  });
}

/** Which rule a body breaks. What is unknown here may be known to a later version, or with another vocabulary. */
export type BrokenRule = 'malformed' | 'unknown name' | 'unknown field' | 'day';

/** Why a body is refused: the path of the first wrong field, and what is expected there. Never contains the value. */
export interface Refusal {
  readonly problem: string;
  readonly rule: BrokenRule;
}

export function reportProblem(report: unknown, vocabulary: Vocabulary, schema: number = SCHEMA): string | undefined {
  return refusalOf(report, vocabulary, schema)?.problem;
}

export function refusalOf(report: unknown, vocabulary: Vocabulary, schema: number = SCHEMA): Refusal | undefined {
  const shape = shapeProblem(report);
  if (shape !== undefined) return { problem: `report: ${shape}`, rule: 'malformed' };
  const result = v.safeParse(compiled(vocabulary, schema), report, { abortEarly: true });
  if (result.success) return undefined;
  const [issue] = result.issues;
  return { problem: describeIssue(issue, 'report'), rule: RULES[issue.type] ?? 'malformed' };
}

/** By the type of valibot's issue: a value out of a list, an event, a key. */
const RULES: Readonly<Record<string, BrokenRule>> = {
  picklist: 'unknown name',
  variant: 'unknown field',
  strict_object: 'unknown field',
};

const COMPILED = new WeakMap<Vocabulary, Map<number, ReturnType<typeof reportSchema>>>();

/** Compiled once for each vocabulary, because a collector asks thousands of times a second. */
function compiled(vocabulary: Vocabulary, schema: number): ReturnType<typeof reportSchema> {
  const bySchema = COMPILED.get(vocabulary) ?? new Map<number, ReturnType<typeof reportSchema>>();
  const known = bySchema.get(schema) ?? reportSchema(vocabulary, schema);
  COMPILED.set(vocabulary, bySchema.set(schema, known));
  return known;
}

/** The levels are: the report, its rows, a row, its properties. */
const MAX_LEVELS = 4;

/**
 * Must run before valibot, which treats a key such as `__proto__` or `constructor` as a known one. It is recursive,
 * too, and overflows the stack on deep nesting.
 */
export function shapeProblem(value: unknown, level = 1): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (level > MAX_LEVELS) return `expected at most ${MAX_LEVELS} levels`;
  for (const [key, inner] of Object.entries(value)) {
    if (key in Object.prototype) return 'expected no key that objects inherit';
    const problem = shapeProblem(inner, level + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Describes an issue by its path and the expected value. Leaves out the received value and unknown keys. */
function describeIssue(issue: v.BaseIssue<unknown>, whole: string): string {
  const isUnknownKey = issue.type === 'strict_object' && issue.expected === 'never';
  const path = (issue.path ?? []).slice(0, isUnknownKey ? -1 : undefined).map(({ key }) => String(key));
  const expected = isUnknownKey ? 'no other key' : issue.expected;
  return `${path.join('.') || whole}: ${expected === null ? issue.message : `expected ${expected}`}`;
}

function rowSchema(kind: EventKind, vocabulary: Vocabulary, schema: number) {
  const optional = [...propertiesOf(kind, schema)].map(
    ([name, field]) => [name, valueSchema(field, vocabulary)] as const,
  );
  return v.strictObject({ event: v.literal(kind.event), properties: v.strictObject(Object.fromEntries(optional)) });
}

function valueSchema(field: Field, vocabulary: Vocabulary) {
  if (field.values === 'flag') return v.optional(v.literal(true));
  if (field.values === 'count') return v.optional(COUNT);
  return v.picklist(namesFor(field.values, vocabulary));
}

const COUNT = v.pipe(
  v.number(),
  v.integer(),
  v.minValue(1),
  v.maxValue(MAX_COUNT),
  v.check((count) => roundCount(count) === count, 'expected two significant digits'),
);
