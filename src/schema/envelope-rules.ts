import { isDay } from './calendar.js';
import { isEventName } from './field.js';

/*
 * The keys around our properties. Each has two rules: what this package sends, and what the collector accepts from any
 * PostHog client. The rules are functions and not a schema of a library, because a collector runs them thousands of
 * times a second.
 */

/** Who made the body: this package, or any PostHog client. */
export type Sender = 'us' | 'any';

interface Rule {
  readonly expected: string;
  holds(value: unknown): boolean;
  readonly isOptional?: boolean;
}

/** By key. Without a rule for a sender, the key is unknown in its bodies. */
type Table = Readonly<Record<string, { readonly [S in Sender]?: Rule }>>;

/** The rules of one sender. */
interface Rules {
  readonly byKey: ReadonlyMap<string, Rule>;
  readonly required: readonly (readonly [string, Rule])[];
}

const NOON = 'T12:00:00.000Z';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const isString = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const matching = (expected: string, pattern: RegExp): Rule => ({
  expected,
  holds: (value) => isString(value) && pattern.test(value),
});
const exactly = (constant: unknown): Rule => ({
  expected: JSON.stringify(constant),
  holds: (value) => value === constant,
});
const optional = (rule: Rule): Rule => ({ ...rule, isOptional: true });

const short: Rule = {
  expected: 'a string of at most 200 characters',
  holds: (value) => isString(value) && value.length <= 200,
};
const time: Rule = {
  expected: 'a time, ISO 8601',
  holds: (value) => isString(value) && value.length <= 40 && !Number.isNaN(Date.parse(value)),
};
const noon: Rule = {
  expected: 'noon UTC of a day',
  holds: (value) => isString(value) && value.endsWith(NOON) && isDay(value.slice(0, -NOON.length)),
};
const events: Rule = {
  expected: 'at least one event',
  holds: (value) => Array.isArray(value) && value.length >= 1,
};
const object: Rule = { expected: 'an object', holds: isObject };
const boolean: Rule = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };

function bySender(table: Table): Readonly<Record<Sender, Rules>> {
  return { us: rulesOf('us', table), any: rulesOf('any', table) };
}

function rulesOf(sender: Sender, table: Table): Rules {
  const rules = Object.entries(table).flatMap(([key, { [sender]: rule }]) => (rule ? [[key, rule] as const] : []));
  return { byKey: new Map(rules), required: rules.filter(([, { isOptional }]) => !isOptional) };
}

const same = (rule: Rule) => ({ us: rule, any: rule });

export const BODY = bySender({
  api_key: { us: short, any: optional(short) },
  sent_at: { any: optional(time) },
  batch: same(events),
});

export const EVENT = bySender({
  event: { us: { expected: 'a known event', holds: isEventName }, any: short },
  properties: same(object),
  timestamp: { us: noon, any: time },
  uuid: { us: matching('a uuid, version 4', UUID_V4), any: matching('a uuid', UUID) },
  distinct_id: same(short),
});

/** The properties that the client adds to those of the row. */
export const ADDED = bySender({
  $process_person_profile: { us: exactly(false), any: optional(boolean) },
  $ip: { us: exactly('0.0.0.0'), any: optional(exactly('0.0.0.0')) },
  $geoip_disable: { us: exactly(true), any: optional(boolean) },
  $is_server: { any: optional(boolean) },
  $lib: { us: exactly('posthog-node'), any: optional(exactly('posthog-node')) },
  $lib_version: { any: optional(short) },
});

/**
 * Finds the first key that breaks its rule or is missing. The text continues the path of the value.
 *
 * @param others receives what has no rule: flat values only, because whatever checks them need not be ready for more.
 *   Without it, such a key is refused.
 */
export function problemOf(
  value: unknown,
  { byKey, required }: Rules,
  others?: Record<string, unknown>,
): string | undefined {
  if (!isObject(value)) return ': expected an object';
  for (const key of Object.keys(value)) {
    const rule = byKey.get(key);
    if (rule !== undefined) {
      if (!rule.holds(value[key])) return `.${key}: expected ${rule.expected}`;
    } else if (others === undefined) return ': expected no other key';
    else if (key in Object.prototype) return ': expected no key that objects inherit';
    else if (isNested(value[key])) return ': expected no nested value';
    else others[key] = value[key];
  }
  const missing = required.find(([key]) => value[key] === undefined);
  return missing && `.${missing[0]}: expected ${missing[1].expected}`;
}

const isNested = (value: unknown) => typeof value === 'object' && value !== null;
