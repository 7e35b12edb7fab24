import type { EventName } from '../../schema/field.js';
import type { Interval } from '../cells/intervals.js';
import { fromBytes, toBytes } from '../cells/tally.js';
import type { Database } from './database.js';

/** Keeps what was published, so that it never changes, whatever arrives later or runs later. */
export interface IntervalStore {
  all(): Interval[];
  /** In one transaction. */
  add(intervals: readonly Interval[]): void;
}

interface Line {
  readonly event: EventName;
  readonly label: string;
  readonly interval: string;
  readonly first: string;
  readonly last: string;
  readonly installs: number | null;
  readonly counted: Uint8Array;
  readonly shown: Uint8Array | null;
}

export function openIntervals(database: Database): IntervalStore {
  const read = database.prepare('SELECT * FROM published ORDER BY first, event, label');
  const put = database.prepare('INSERT INTO published VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  return {
    all: () =>
      read.all<Line>().map(({ event, label, interval, first, last, installs, counted, shown }) => ({
        ...{ event, label, interval, from: first, to: last, installs },
        counted: fromBytes(event, counted),
        shown: shown === null ? null : fromBytes(event, shown),
      })),
    add(intervals) {
      if (intervals.length === 0) return;
      database.transact(() => {
        for (const { event, label, interval, from, to, installs, counted, shown } of intervals)
          put.run(event, label, interval, from, to, installs, toBytes(counted), shown && toBytes(shown));
      });
    },
  };
}
