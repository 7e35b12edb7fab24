import type { Day } from '../../schema/calendar.js';
import type { EventName } from '../../schema/field.js';
import type { Report } from '../../schema/report.js';
import { labelOf } from '../cells/measures.js';
import { addRow, addTally, type Entry, emptyTally, fromBytes, type Tally, toBytes } from '../cells/tally.js';
import type { Arrival } from '../intake/arrival.js';
import type { Database } from './database.js';
import { createForgetting } from './forgetting.js';

/** Keeps sums by day and label, and hashes. It has no body, no address, no header, and no time but the day. */
export interface Store {
  /** Adds arrivals in one transaction. A repeated one adds nothing. @returns the days that changed */
  record(arrivals: readonly Arrival[], now: number): Set<Day>;
  /** The days with data, oldest first. */
  days(): Day[];
  read(day: Day): Entry[];
  close(): void;
}

/** The tallies of about twenty days, with a vocabulary like that of dot-ai. */
const MAX_RECENT = 3_000;

export function openStore(database: Database): Store {
  const forgetting = createForgetting(database);
  const remember = database.prepare('INSERT OR IGNORE INTO reports VALUES (?, ?)');
  const counts = database.prepare('SELECT counts FROM cells WHERE day = ? AND event = ? AND label = ?');
  const put = database.prepare('INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?)');
  const days = database.prepare('SELECT DISTINCT day FROM cells ORDER BY day');
  const ofDay = database.prepare('SELECT event, label, counts FROM cells WHERE day = ? ORDER BY event, label');

  /** A cache of the tallies that reports change now. Each is read once, and from then on only written. */
  const recent = new Map<string, Tally>();

  function add(day: Day, { event, label, tally }: Entry): void {
    const key = `${day} ${event} ${label}`;
    const known = recent.get(key) ?? read(day, event, label);
    addTally(known, tally);
    if (recent.size >= MAX_RECENT) recent.clear();
    recent.set(key, known);
    put.run(day, event, label, toBytes(known));
  }

  function read(day: Day, event: EventName, label: string): Tally {
    const [row] = counts.all<{ counts: Uint8Array }>(day, event, label);
    return row === undefined ? emptyTally(event) : fromBytes(event, row.counts);
  }

  return {
    record(arrivals, now) {
      const sums = new Map<Day, Map<string, Entry>>();
      try {
        database.transact(() => {
          for (const { reports, hash } of arrivals) {
            if (remember.run(hash, firstDay(reports)) > 0) for (const report of reports) addUp(sums, report);
          }
          for (const [day, entries] of sums) for (const entry of entries.values()) add(day, entry);
          forgetting.forget(now);
        });
      } catch (error) {
        recent.clear(); // it contains numbers that are not on disk
        forgetting.undo();
        throw error;
      }
      return new Set(sums.keys());
    },
    days: () => days.all<{ day: Day }>().map(({ day }) => day),
    read: (day) =>
      ofDay
        .all<{ event: EventName; label: string; counts: Uint8Array }>(day)
        .map(({ event, label, counts }) => ({ event, label, tally: fromBytes(event, counts) })),
    close: () => database.close(),
  };
}

/** The first day of a request is the first that a clock refuses as too old. */
function firstDay(reports: readonly Report[]): Day {
  return reports.reduce((first, { day }) => (day < first ? day : first), reports[0]?.day ?? '');
}

/** Adds a report in memory, so that a transaction of many reports writes each day and label once. */
function addUp(sums: Map<Day, Map<string, Entry>>, { day, rows }: Report): void {
  const entries = sums.get(day) ?? new Map<string, Entry>();
  sums.set(day, entries);
  for (const row of rows) {
    const label = labelOf(row);
    const key = `${row.event} ${label}`;
    const entry = entries.get(key) ?? { event: row.event, label, tally: emptyTally(row.event) };
    entries.set(key, entry);
    addRow(entry.tally, row);
  }
}
