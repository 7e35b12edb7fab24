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

/** The rules by key and sender. Without a rule for a sender, the key is unknown in its bodies. */
type Rules = Readonly<Record<string, { readonly [S in Sender]?: Rule }>>;

const MAX_EVENTS = 1000;
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
  expected: `1 to ${MAX_EVENTS} events`,
  holds: (value) => Array.isArray(value) && value.length >= 1 && value.length <= MAX_EVENTS,
};
const object: Rule = { expected: 'an object', holds: isObject };
const boolean: Rule = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };
const same = (rule: Rule) => ({ us: rule, any: rule });

export const BODY: Rules = {
  api_key: { us: short, any: optional(short) },
  sent_at: { any: optional(time) },
  batch: same(events),
};

export const EVENT: Rules = {
  event: { us: { expected: 'a known event', holds: isEventName }, any: short },
  properties: same(object),
  timestamp: { us: noon, any: time },
  uuid: { us: matching('a uuid, version 4', UUID_V4), any: matching('a uuid', UUID) },
  distinct_id: same(short),
};

/** The properties that the client adds to those of the row. */
export const ADDED: Rules = {
  $process_person_profile: { us: exactly(false), any: optional(boolean) },
  $ip: { us: exactly('0.0.0.0'), any: optional(exactly('0.0.0.0')) },
  $geoip_disable: { us: exactly(true), any: optional(boolean) },
  $is_server: { any: optional(boolean) },
  $lib: { us: exactly('posthog-node'), any: optional(exactly('posthog-node')) },
  $lib_version: { any: optional(short) },
};

/** Finds the first key that breaks its rule or is missing. Passes keys without a rule to `unknown`. */
export function problemOf(
  value: unknown,
  rules: Rules,
  sender: Sender,
  path: string,
  unknown?: (key: string, value: unknown) => void,
): string | undefined {
  if (!isObject(value)) return `${path}: expected an object`;
  for (const key of Object.keys(value)) {
    const rule = Object.hasOwn(rules, key) ? rules[key]?.[sender] : undefined;
    if (rule === undefined) {
      if (unknown === undefined) return `${path}: expected no other key`;
      unknown(key, value[key]);
    } else if (!rule.holds(value[key])) return `${path}.${key}: expected ${rule.expected}`;
  }
  for (const key of Object.keys(rules)) {
    const rule = rules[key]?.[sender];
    if (rule !== undefined && !rule.isOptional && value[key] === undefined)
      return `${path}.${key}: expected ${rule.expected}`;
  }
  return undefined;
}
