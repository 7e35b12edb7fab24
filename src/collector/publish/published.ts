import { type Day, dayOf, daysBetween, mondayOf, monthOf } from '../../schema/calendar.js';
import { DAYS_REPEAT_IS_KNOWN } from '../../schema/limits.js';
import { type Interval, isComplete, keyOf, restSpan, weekSpan } from '../cells/intervals.js';
import type { Store } from '../store/cell-store.js';
import type { IntervalStore } from '../store/interval-store.js';
import { publish } from './publish.js';

/** The numbers that may be shown. */
export interface Published {
  /** The intervals that lie wholly in these days, both ends included. */
  within(from: Day, to: Day): readonly Interval[];
  /** The rows of `active_install` that may be counted beside the intervals (api/installs.ts). */
  readonly installs: (from: Day, to: Day) => ReadonlyMap<Day, Interval['counted']>;
  /** The first day with data. */
  firstDay(): Day | undefined;
  /** The last day with data that is not after today. */
  lastDay(): Day | undefined;
  /** True if numbers are pooled; false shows days as they are stored. */
  readonly isPooled: boolean;
  /** The current day, UTC. */
  today(): Day;
  /** Reports of these days have arrived. */
  changed(days: Iterable<Day>): void;
}

/** After this many days no report of a month is accepted any more, and nothing more of it is published. */
const DAYS_UNTIL_FINAL = DAYS_REPEAT_IS_KNOWN + 2;

/** @param minInstalls k; 1 shows each day at once */
export function createPublished(
  store: Store,
  intervals: IntervalStore,
  minInstalls: number,
  clock: () => number,
): Published {
  const isPooled = minInstalls > 1;
  const today = () => dayOf(clock());
  let known = intervals.all().sort(inOrder);
  let days = store.days();
  let lookedOn: Day | undefined;
  let isStale = false; // reports of a complete week arrived since

  /** Looks what may be published now: on each day once, and when reports of a complete week arrived. */
  function refresh(): void {
    if (!isPooled || (lookedOn === today() && !isStale)) return;
    const isOpen = (day: Day) => daysBetween(restSpan(monthOf(day)).to, today()) <= DAYS_UNTIL_FINAL;
    // The first time everything is looked at: the collector may have been off for long.
    const looked = lookedOn === undefined ? days : days.filter(isOpen);
    const cells = new Map(looked.map((day) => [day, store.read(day)]));
    const added = publish(cells, known, today(), minInstalls);
    intervals.add(added);
    known = [...known, ...added].sort(inOrder);
    lookedOn = today();
    isStale = false;
  }

  const stored = (from: Day, to: Day) => days.filter((day) => day >= from && day <= to && day <= today());

  return {
    isPooled,
    today,
    firstDay: () => days[0],
    lastDay: () => days.findLast((day) => day <= today()),
    within(from, to) {
      refresh();
      if (isPooled) return known.filter((one) => one.from >= from && one.to <= to);
      return stored(from, to).flatMap((day) =>
        store.read(day).map(({ event, label, tally }) => ({
          ...{ event, label, interval: day, from: day, to: day, installs: null },
          ...{ counted: tally, shown: tally },
        })),
      );
    },
    installs: (from, to) =>
      new Map(
        stored(from, to).flatMap((day) =>
          store.read(day).flatMap(({ event, tally }) => (event === 'active_install' ? [[day, tally] as const] : [])),
        ),
      ),
    changed(changedDays) {
      let isNew = false;
      for (const day of changedDays) {
        isNew ||= !days.includes(day);
        isStale ||= isComplete(weekSpan(mondayOf(day)), today());
      }
      if (isNew) days = store.days();
    },
  };
}

/** In order of time, the rest of a month after its weeks, so that answers do not depend on the time of publication. */
function inOrder(a: Interval, b: Interval): number {
  return compare(a.to, b.to) || compare(b.from, a.from) || compare(keyOf(a), keyOf(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
