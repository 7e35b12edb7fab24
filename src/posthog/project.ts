import { isObject } from '../platform/files.js';
import { isCount, isName } from '../schema/field.js';
import { EVENTS } from '../schema/fields.js';
import type { PostHogApi } from './api.js';

/** A setting of the project that matters to somebody who looks at reports. */
export interface Setting {
  readonly name: string;
  readonly value: string;
  readonly wanted: string;
  readonly isRight: boolean;
  /** What it changes. */
  readonly effect: string;
}

const BY_HAND = 'Charts that you make yourself use it. The insights of this command do not.';
const WEEKDAYS: Readonly<Record<string, string>> = { 0: 'Sunday', 1: 'Monday' };
const SHOWN = 5;

/** Reads the settings. Undefined if the key may not read them. */
export async function readSettings(api: PostHogApi): Promise<readonly Setting[] | undefined> {
  const project = await api.get('/');
  if (project === undefined) return undefined;
  const { timezone, week_start_day: firstDay, anonymize_ips: discards } = project;
  const setting = (name: string, value: string, wanted: string, effect: string): Setting => ({
    name,
    value,
    wanted,
    isRight: value === wanted,
    effect,
  });
  const settings = [
    setting('time zone', typeof timezone === 'string' ? timezone : 'unknown', 'UTC', BY_HAND),
    setting('first day of the week', WEEKDAYS[String(firstDay ?? 0)] ?? 'unknown', 'Monday', BY_HAND),
    setting(
      'discard client IP data',
      discards === true ? 'on' : 'off',
      'on',
      'Reports name 0.0.0.0 as their address, so none is kept either way. On, it also covers what does not.',
    ),
  ];
  const types = await readTypes(api);
  return types === undefined ? settings : [...settings, types];
}

/** The types that the project gives to properties of our names. A property that it does not know yet has none. */
async function readTypes(api: PostHogApi): Promise<Setting | undefined> {
  const wanted = new Map(
    EVENTS.flatMap(({ fields }) =>
      fields.flatMap((field) => field.names.map((name) => [name, typeOf(isCount(field), isName(field))] as const)),
    ),
  );
  const names = encodeURIComponent([...wanted.keys()].join(','));
  // One page is enough: there are fewer names than that.
  const answer = await api.get(`/property_definitions/?type=event&properties=${names}&limit=500`);
  if (answer === undefined) return undefined;
  const wrong = (Array.isArray(answer.results) ? answer.results.filter(isObject) : [])
    .filter(({ name, property_type: type }) => wanted.has(String(name)) && type && type !== wanted.get(String(name)))
    .map(({ name, property_type: type }) => `${name}: ${type}`);
  const more = wrong.length > SHOWN ? ` and ${wrong.length - SHOWN} more` : '';
  return {
    name: 'types of properties',
    value: wrong.length === 0 ? 'as sent' : `${wrong.slice(0, SHOWN).join(', ')}${more}`,
    wanted: 'as sent',
    isRight: wrong.length === 0,
    effect: BY_HAND,
  };
}

function typeOf(isNumber: boolean, isText: boolean): string {
  if (isNumber) return 'Numeric';
  return isText ? 'String' : 'Boolean';
}
