import type { Day } from '../../schema/calendar.js';
import { type PublishedDay, publish } from '../publish/suppression.js';
import type { Store } from '../store/cell-store.js';
import type { Period } from './period.js';
import { type Answer, type Days, QUESTIONS, type QuestionName } from './questions.js';

/** What may be shown, by day, kept until the day changes: a year of it is a few megabytes. */
export interface Library {
  ask(question: QuestionName, period: Period): Answer;
  /** The last day that has anything. */
  lastDay(): Day | undefined;
  /** Those days are read anew when they are asked for. */
  changed(days: Iterable<Day>): void;
  /** Reads everything once, a little at a time, so that the first to ask need not wait. */
  warm(): Promise<void>;
}

export function createLibrary(store: Store, minRows: number): Library {
  const published = new Map<Day, PublishedDay>();
  let known = store.days();

  function read(day: Day): PublishedDay {
    const kept = published.get(day) ?? publish(store.read(day), minRows);
    published.set(day, kept);
    return kept;
  }

  return {
    ask(question, period) {
      const days: Days = new Map(
        known.filter((day) => day >= period.from && day <= period.to).map((day) => [day, read(day)]),
      );
      return QUESTIONS[question](period, days);
    },
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
