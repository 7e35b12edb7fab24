import { DAY_MS, type Day, dayOf } from '../../schema/calendar.js';
import { DAYS_REPEAT_IS_KNOWN } from '../../schema/limits.js';
import type { Database } from './database.js';

/**
 * A hash is needed until a clock that is right refuses its report as too old. But a clock can jump ahead and be set
 * back. So each day that it shows for the first time moves the horizon by at most MAX_DAYS_AT_ONCE, which catches up
 * after the collector was stopped for some time, and SPARE_DAYS more are kept. A clock that is wrong for a day then
 * costs nothing that a right one still needs, however far it jumps.
 */
const MAX_DAYS_AT_ONCE = 2;
const SPARE_DAYS = 2;
/** The days by which a repeated report is known, at least, while the clock is right. */
export const DAYS_HASH_IS_KEPT = DAYS_REPEAT_IS_KNOWN + SPARE_DAYS;

/** Days since 1970. */
export interface Horizon {
  /** What the clock showed last. */
  readonly today: number;
  /** Hashes of reports before this day are forgotten. */
  readonly from: number;
}

export function advance({ today: last, from }: Horizon, today: number): Horizon {
  return { today, from: Math.min(today - DAYS_HASH_IS_KEPT, from + (today > last ? MAX_DAYS_AT_ONCE : 0)) };
}

export interface Forgetting {
  /** To be called within a transaction. Forgets what is too old, once a day. */
  forget(now: number): void;
  /** The transaction was rolled back. */
  undo(): void;
}

const toDay = (days: number): Day => dayOf(days * DAY_MS);
const toDays = (day: Day) => Date.parse(day) / DAY_MS;

export function createForgetting(database: Database): Forgetting {
  const values = database.prepare("SELECT name, value FROM meta WHERE name IN ('clock day', 'known from')");
  const oldest = database.prepare('SELECT min(day) AS day FROM reports');
  const put = database.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM reports WHERE day < ?');

  function read(today: number): Horizon {
    const rows = values.all<{ name: string; value: number }>();
    const [last, from] = ['clock day', 'known from'].map((name) => rows.find((row) => row.name === name)?.value);
    const day = oldest.all<{ day: Day | null }>()[0]?.day;
    return { today: last ?? today, from: from ?? (day ? toDays(day) : today) };
  }

  let known: Horizon | undefined;
  return {
    forget(now) {
      const today = Math.floor(now / DAY_MS);
      if (known?.today === today) return;
      const next = advance(known ?? read(today), today);
      put.run('clock day', next.today);
      put.run('known from', next.from);
      remove.run(toDay(next.from));
      known = next;
    },
    undo() {
      known = undefined;
    },
  };
}
