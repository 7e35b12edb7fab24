import { daysBetween } from '../schema/calendar.js';
import { EVENTS } from '../schema/fields.js';
import type { PostHogApi } from './api.js';

/** What of our rows is in the project. */
export interface Arrived {
  /** Days that were looked at, up to now. */
  readonly days: number;
  /** Different rows. */
  readonly rows: number;
  /** Rows that are stored once more. The insights count them once, and PostHog removes them later. */
  readonly repeated: number;
  /** The newest UTC day that a report is about; null if there is none. */
  readonly newest: string | null;
  /** Whether the newest day is not older than a report of a server in use can be. */
  readonly isRecent: boolean;
  /** Events that are not ours. */
  readonly others: number;
}

const DAYS = 30;
/** A day is closed an hour after its end, due within twelve hours, and PostHog may take a while. */
const RECENT_DAYS = 3;

const OURS = `event in (${EVENTS.map(({ event }) => `'${event}'`).join(', ')}) and distinct_id = toString(uuid)`;
const RECENT = `timestamp >= now() - interval ${DAYS} day`;

export const ROWS_QUERY = `select count() as stored, count(distinct uuid) as different,
  toString(max(toDate(toTimeZone(timestamp, 'UTC')))) as newest from events where ${RECENT} and ${OURS} limit 1`;
export const OTHERS_QUERY = `select count() as others from events where ${RECENT} and not (${OURS}) limit 1`;

/** @param today the UTC day */
export async function readArrived(api: PostHogApi, today: string): Promise<Arrived> {
  const [stored = 0, different = 0, day] = await ask(api, ROWS_QUERY);
  const [others = 0] = await ask(api, OTHERS_QUERY);
  const newest = Number(different) > 0 ? String(day) : null;
  return {
    days: DAYS,
    rows: Number(different),
    repeated: Number(stored) - Number(different),
    newest,
    isRecent: newest !== null && daysBetween(newest, today) <= RECENT_DAYS,
    others: Number(others),
  };
}

/** The first row of an answer. `force_blocking` computes it instead of showing an older result. */
async function ask(api: PostHogApi, query: string): Promise<readonly unknown[]> {
  const { results } = await api.send('POST', '/query/', {
    query: { kind: 'HogQLQuery', query },
    refresh: 'force_blocking',
  });
  return Array.isArray(results) && Array.isArray(results[0]) ? results[0] : [];
}
