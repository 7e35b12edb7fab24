import { isDay } from './calendar.js';
import { type EventKind, type EventName, type Field, isName } from './field.js';
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

/** Which rule a body breaks. What is unknown here may be known to a later version, or with another vocabulary. */
export type BrokenRule = 'malformed' | 'unknown name' | 'unknown field' | 'day';

/** Why a body is refused: the path of the first wrong field, and what is expected there. Never contains the value. */
export interface Refusal {
  readonly problem: string;
  readonly rule: BrokenRule;
}

export function reportProblem(report: Report, vocabulary: Vocabulary, schema: number = SCHEMA): string | undefined {
  return refusalOf(report, vocabulary, schema)?.problem;
}

/**
 * Every event name, property name, string and number must be a member of the finite set that the schema and the
 * vocabulary define. Runs before a report is frozen, before it is sent, and when it is received.
 *
 * @param report its rows are flat, as `takeApart` ensures; what they hold is not known to be right
 */
export function refusalOf(report: Report, vocabulary: Vocabulary, schema: number = SCHEMA): Refusal | undefined {
  const { day, rows } = report;
  if (report.schema !== schema) return malformed(`schema: expected ${schema}`);
  if (!isDay(day)) return malformed('day: expected a day, YYYY-MM-DD');
  if (rows.length < 1 || rows.length > MAX_ROWS) return malformed(`rows: expected 1 to ${MAX_ROWS}`);
  const checks = checksFor(vocabulary, schema);
  for (const [at, row] of rows.entries()) {
    const refusal = refusalOfRow(row, checks);
    if (refusal !== undefined) return { ...refusal, problem: `rows.${at}.${refusal.problem}` };
  }
  return undefined;
}

function malformed(problem: string): Refusal {
  return { problem, rule: 'malformed' };
}

function refusalOfRow({ event, properties }: Row, checks: Checks): Refusal | undefined {
  const kind = checks.get(event);
  if (kind === undefined) return { problem: `event: expected ${oneOf([...checks.keys()])}`, rule: 'unknown field' };
  let isAllKnown = true;
  for (const name of Object.keys(properties)) {
    const check = kind.values.get(name);
    const expected = check?.wrong(properties[name]);
    if (check === undefined) isAllKnown = false;
    else if (expected !== undefined) return { problem: `properties.${name}: expected ${expected}`, rule: check.rule };
  }
  const missing = kind.names.find((name) => properties[name] === undefined);
  if (missing !== undefined) return { problem: `properties.${missing}: expected a name`, rule: 'unknown field' };
  return isAllKnown ? undefined : { problem: 'properties: expected no other key', rule: 'unknown field' };
}

/** The check of a property's value. */
interface Check {
  /** What is expected; undefined if the value is right. */
  wrong(value: unknown): string | undefined;
  /** Which rule a wrong value breaks. */
  readonly rule: BrokenRule;
}

type Checks = ReadonlyMap<EventName, KindCheck>;

/** Of the rows of an event. */
interface KindCheck {
  /** By the property's name. */
  readonly values: ReadonlyMap<string, Check>;
  /** The properties that each row has. */
  readonly names: readonly string[];
}

const MADE = new WeakMap<Vocabulary, Map<number, Checks>>();

/** Made once for each vocabulary, because a collector asks thousands of times a second. */
function checksFor(vocabulary: Vocabulary, schema: number): Checks {
  const bySchema = MADE.get(vocabulary) ?? new Map<number, Checks>();
  const known = bySchema.get(schema) ?? makeChecks(vocabulary, schema);
  MADE.set(vocabulary, bySchema.set(schema, known));
  return known;
}

function makeChecks(vocabulary: Vocabulary, schema: number): Checks {
  return new Map(kindsOf(schema).map((kind) => [kind.event, kindCheck(kind, vocabulary, schema)]));
}

function kindCheck(kind: EventKind, vocabulary: Vocabulary, schema: number): KindCheck {
  const properties = [...propertiesOf(kind, schema)];
  return {
    values: new Map(properties.map(([name, field]) => [name, checkOf(field, vocabulary)])),
    names: properties.filter(([, field]) => isName(field)).map(([name]) => name),
  };
}

function checkOf({ values }: Field, vocabulary: Vocabulary): Check {
  if (values === 'flag') return FLAG;
  if (values === 'count') return COUNT;
  const names = namesFor(values, vocabulary);
  const known = new Set<unknown>(names);
  return { wrong: (value) => (known.has(value) ? undefined : oneOf(names)), rule: 'unknown name' };
}

const FLAG: Check = { wrong: (value) => (value === true ? undefined : 'true'), rule: 'malformed' };

const COUNT: Check = {
  wrong(value) {
    if (typeof value !== 'number' || !Number.isInteger(value)) return 'a whole number';
    if (value < 1) return '>=1';
    if (value > MAX_COUNT) return `<=${MAX_COUNT}`;
    return roundCount(value) === value ? undefined : 'two significant digits';
  },
  rule: 'malformed',
};

const oneOf = (names: readonly string[]) => `(${names.map((name) => JSON.stringify(name)).join(' | ')})`;
