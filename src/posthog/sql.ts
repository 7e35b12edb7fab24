/*
 * Parts of SQL in PostHog's dialect (https://posthog.com/docs/sql) that give the same numbers in every project:
 *
 * - A day, week and month is taken from the timestamp in UTC. PostHog's own trends take them from the project's time zone
 *   and first day of the week.
 * - A property is read from the JSON text. `properties.name` would be converted to the type that the project gives to
 *   properties of that name, and another app in the project can decide that type.
 * - Each uuid is read once. A repeated event is stored twice until PostHog's storage merges it.
 * - Only rows whose id is their own uuid are read. Other apps may have events of the same name.
 */

/** A span of time that charts are divided into. Only finished ones are shown. */
export interface Period {
  readonly name: 'day' | 'week' | 'month';
  /** How many are shown. */
  readonly count: number;
  /** The date on which the period of a time begins. */
  readonly of: (time: string) => string;
  /** The date on which the period begins that many before the present one. */
  readonly before: (many: string) => string;
  /** At least as many days as all of them and the present one have. It lets the storage skip older rows. */
  readonly days: number;
}

const utc = (time: string) => `toTimeZone(${time}, 'UTC')`;
const dayOf = (time: string) => `toDate(${utc(time)})`;
/** Mode 1: weeks begin on Monday. */
const weekOf = (time: string) => `toStartOfWeek(${utc(time)}, 1)`;
/** A month consists of whole weeks: those whose Thursday lies in it. */
const monthOf = (time: string) => `toStartOfMonth(addDays(${weekOf(time)}, 3))`;

export const DAYS: Period = {
  name: 'day',
  count: 90,
  of: dayOf,
  before: (many) => `addDays(${dayOf('now()')}, -${many})`,
  days: 91,
};

export const WEEKS: Period = {
  name: 'week',
  count: 26,
  of: weekOf,
  before: (many) => `addDays(${weekOf('now()')}, -7 * ${many})`,
  days: 27 * 7,
};

export const MONTHS: Period = {
  name: 'month',
  count: 12,
  of: monthOf,
  before: (many) => `addMonths(${monthOf('now()')}, -${many})`,
  days: 13 * 35,
};

export const number = (property: string) => `JSONExtractFloat(properties, '${property}')`;
/**
 * PostHog replaces `JSONExtractString(properties, 'name')` by the property itself if it keeps a column for it. It does not
 * recognize this form.
 */
export const text = (property: string) => `JSONExtractString(JSONExtractRaw(properties, '${property}'))`;
export const isSet = (property: string) => `JSONExtractBool(properties, '${property}')`;

/** Selects columns of all rows of finished periods, each row once. */
export function rows(events: readonly string[], period: Period, columns: readonly string[], and = ''): string {
  const start = period.of('timestamp');
  return `select ${[`${start} as ${period.name}`, ...columns].join(', ')} from events
    where event in (${events.map((event) => `'${event}'`).join(', ')}) and timestamp >= now() - interval ${period.days} day
      and ${start} >= ${period.before(String(period.count))} and ${start} < ${period.of('now()')}
      and distinct_id = toString(uuid)${and === '' ? '' : ` and ${and}`}
    limit 1 by uuid`;
}

/** Adds up measures for each period. A period without rows has zeros; only then does PostHog show releases in a chart. */
export function series(period: Period, source: string, measures: readonly string[]): string {
  const { name, count, before } = period;
  return `select ${name}, ${measures.map((one) => `sum(${one}) as ${one}`).join(', ')} from (
  select ${name}, ${measures.join(', ')} from (
    ${source})
  union all
  select ${before(`(1 + arrayJoin(range(${count})))`)} as ${name}, ${measures.map((one) => `0 as ${one}`).join(', ')}
) group by ${name} order by ${name} limit ${count}`;
}

/** The same of one measure for each name, with zeros where a name has no rows in a period. */
export function seriesByName(period: Period, source: string, by: string, measure: string): string {
  const { name, count, before } = period;
  return `select ${before(`(1 + arrayJoin(range(${count})))`)} as ${name}, ${by},
  arraySum(arrayMap((one, many) -> if(one = ${name}, many, 0), starts, counts)) as ${measure}
from (
  select ${by}, groupArray(${name}) as starts, groupArray(${measure}) as counts from (
    select ${name}, ${by}, sum(${measure}) as ${measure} from (
      ${source})
    group by ${name}, ${by})
  group by ${by})
order by ${name}, ${by} limit 50000`;
}
