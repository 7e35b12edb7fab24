import type { Day } from '../../schema/calendar.js';
import type { Store } from '../store/cell-store.js';
import { type PublishedDay, publish } from './suppression.js';

/** The published numbers by day. */
export type Days = ReadonlyMap<Day, PublishedDay>;

/** Keeps the published numbers of each day until the day changes. A year takes a few megabytes. */
export interface PublishedDays {
  /** Both ends included. */
  within(from: Day, to: Day): Days;
  /** The last day with data. */
  lastDay(): Day | undefined;
  /** The next question reads these days again. */
  changed(days: Iterable<Day>): void;
  /** Reads all days once, one at a time, so that the first question does not wait. */
  warm(): Promise<void>;
}

export function createPublishedDays(store: Store, minRows: number): PublishedDays {
  const published = new Map<Day, PublishedDay>();
  let known = store.days();

  function read(day: Day): PublishedDay {
    const kept = published.get(day) ?? publish(store.read(day), minRows);
    published.set(day, kept);
    return kept;
  }

  return {
    within: (from, to) => new Map(known.filter((day) => day >= from && day <= to).map((day) => [day, read(day)])),
    lastDay: () => known.at(-1),
    changed(days) {
      let isNew = false;
      for (const day of days) {
        published.delete(day);
        isNew ||= !known.includes(day);
      }
      if (isNew) known = store.days();
    },
    async warm() {
      for (const day of [...known].reverse()) {
        read(day);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
