import type { Storage } from './table.js';

/*
 * Translates SQL in PostHog's dialect to ClickHouse's, as PostHog does it for the functions that the insights use.
 * Sources (github.com/PostHog/posthog):
 * - posthog/hogql/transforms/property_types.py: times are read in the project's zone; properties get the type that the
 *   project defines.
 * - posthog/hogql/printer/clickhouse.py: the project is added to each read of the table; `now()` and a
 *   `toStartOfWeek` without a mode get the project's settings; properties of the JSON type are put together as text.
 * - posthog/hogql/functions/clickhouse/: the names of functions.
 * - posthog/hogql/constants.py: a query without a limit gets one of 100 rows.
 *
 * PostHog also wraps comparisons that can be NULL. Those of the insights cannot.
 */

export type PropertyType = 'String' | 'Numeric' | 'Boolean' | 'DateTime';

/** What of a project decides how a query is read. */
export interface Project {
  readonly table: string;
  readonly storage: Storage;
  readonly timezone: string;
  readonly firstDay: 'Sunday' | 'Monday';
  /** Definitions of properties, by name. */
  readonly types: Readonly<Record<string, PropertyType>>;
  /** The present time in UTC, `2026-11-23 12:00:00`. */
  readonly now: string;
}

const TOKENS =
  /'(?:[^'\\]|\\.)*'|\bproperties\.(\w+)|\bproperties\b|\btimestamp\b|\bnow\(\)|\bfrom events\s+where\b|\bJSONExtract\w*\(/g;

export function toClickHouse(query: string, project: Project): string {
  const { table, storage, timezone, now } = project;
  const zone = `'${timezone}'`;
  const translated = query.replace(TOKENS, (token, property?: string) => {
    if (property !== undefined) return typed(property, project);
    if (token === 'properties') return storage === 'text' ? 'events.properties' : DOCUMENT;
    if (token === 'timestamp') return `toTimeZone(events.timestamp, ${zone})`;
    if (token === 'now()') return `toTimeZone(toDateTime64('${now}', 6, 'UTC'), ${zone})`;
    if (token.startsWith('from events')) return `from ${table} as events where events.team_id = 1 and`;
    return token;
  });
  const weeks = replaceCalls(translated, 'toStartOfWeek', (given) =>
    given.length === 1 ? `toStartOfWeek(${given[0]}, ${project.firstDay === 'Monday' ? 3 : 0})` : undefined,
  );
  const floats = replaceCalls(weeks, 'toFloat', ([value]) => `accurateCastOrNull(${value}, 'Float64')`);
  return /\blimit \d+\s*$/.test(floats) ? floats : `${floats} limit 100`;
}

/** The whole document of the properties, from a column of the JSON type. */
const DOCUMENT = `concat('{', arrayStringConcat(arrayMap(kv -> concat(toJSONString(kv.1), ':', kv.2),
  JSONExtractKeysAndValuesRaw(toJSONString(events.properties))), ','), '}')`;

function typed(property: string, { storage, types, timezone }: Project): string {
  const text =
    storage === 'text'
      ? `replaceRegexpAll(nullIf(nullIf(JSONExtractRaw(events.properties, '${property}'), ''), 'null'), '^"|"$', '')`
      : `nullIf(toString(events.properties.\`${property}\`), '')`;
  switch (types[property]) {
    case 'Numeric':
      return `accurateCastOrNull(${text}, 'Float64')`;
    case 'Boolean':
      return `toBool(transform(toString(${text}), ['true', 'false'], [1, 0], NULL))`;
    case 'DateTime':
      return `parseDateTime64BestEffortOrNull(${text}, 6, '${timezone}')`;
    default:
      return text;
  }
}

/** Replaces calls of a function by their arguments; `undefined` keeps a call. */
function replaceCalls(sql: string, name: string, by: (args: readonly string[]) => string | undefined): string {
  let text = sql;
  for (let at = text.indexOf(`${name}(`); at !== -1; at = text.indexOf(`${name}(`, at + name.length)) {
    const { args, end } = readArguments(text, at + name.length + 1);
    const replaced = by(args);
    if (replaced !== undefined) text = text.slice(0, at) + replaced + text.slice(end);
  }
  return text;
}

function readArguments(text: string, start: number): { args: string[]; end: number } {
  const args: string[] = [];
  let depth = 0;
  let from = start;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (depth === 0 && (text[at] === ',' || text[at] === ')')) {
      args.push(text.slice(from, at).trim());
      from = at + 1;
    }
    if (text[at] === ')' && depth === 0) return { args, end: at + 1 };
    if (text[at] === ')') depth -= 1;
  }
  throw new Error(`a call is not closed: ${text.slice(start, start + 80)}`);
}
