import { rowsOf } from '../core/report/rows.js';
import { DAY_MS, type Day, dayOf } from '../schema/calendar.js';
import { SCHEMA } from '../schema/fields.js';
import type { Row } from '../schema/report.js';
import { createInstall, type SimulatedCall } from './installs.js';
import { randomFrom } from './random.js';
import { createMemory, totalsOf } from './reports.js';

export interface Uniqueness {
  /** Installs that reported, and rows that arrived, on an average day. */
  readonly active: number;
  readonly rows: number;
  /** The share in [0, 1] of rows that no other install sent on the same day, in total and by event. */
  readonly uniqueRows: number;
  readonly byEvent: Readonly<Record<string, number>>;
  /** The share of unique reports, if the rows of an install were sent together. */
  readonly joint: number;
  /** The share of unique calls, if each were an event with tool, outcome, duration in ms and time to the second. */
  readonly events: number;
}

/** Workdays only, because most installs report on them. */
function workdays(count: number): Day[] {
  const days: Day[] = [];
  for (let at = Date.parse('2026-11-02T12:00:00Z'); days.length < count; at += DAY_MS) {
    if ([1, 2, 3, 4, 5].includes(new Date(at).getUTCDay())) days.push(dayOf(at));
  }
  return days;
}

/** Measures how much of the data that arrives on a day is unique, for a number of installs. */
export function uniqueness({ installs, days, seed }: { installs: number; days: number; seed: number }): Uniqueness {
  const random = randomFrom(seed);
  const all = Array.from({ length: installs }, () => ({
    install: createInstall('2026-06-01', random),
    memory: createMemory(),
  }));
  const tally = createTally();
  let active = 0;
  for (const day of workdays(days)) {
    for (const { install, memory } of all) {
      const simulated = install.on(day);
      if (simulated === undefined) continue;
      active += 1;
      const totals = totalsOf(day, simulated);
      const rows = rowsOf(totals, { schema: SCHEMA, seen: memory.seen(day) });
      memory.add(day, totals);
      const texts = rows.map(textOf);
      for (const [at, text] of texts.entries()) {
        tally.add('rows', day, text);
        tally.add((rows[at] as Row).event, day, text);
      }
      tally.add('joint', day, texts.sort().join('\n'));
      for (const call of simulated.sessions.flat()) tally.add('events', day, eventOf(call));
    }
  }
  const byEvent = Object.fromEntries(
    tally.kinds().flatMap((kind) => (['rows', 'joint', 'events'].includes(kind) ? [] : [[kind, tally.share(kind)]])),
  );
  return {
    active: active / days,
    rows: tally.number('rows') / days,
    uniqueRows: tally.share('rows'),
    byEvent,
    joint: tally.share('joint'),
    events: tally.share('events'),
  };
}

const textOf = ({ event, properties }: Row) => JSON.stringify([event, properties]);

function eventOf({ tool, outcome, milliseconds, at }: SimulatedCall): string {
  return [tool, outcome, Math.round(milliseconds), Math.floor(at / 1000)].join();
}

/** Counts how often each text of a kind occurs on a day. */
function createTally() {
  const kinds = new Map<string, Map<string, number>>();
  const numbers = (kind: string) => [...(kinds.get(kind) ?? new Map<string, number>()).values()];
  const number = (kind: string) => numbers(kind).reduce((total, one) => total + one, 0);
  return {
    add(kind: string, day: Day, text: string): void {
      const texts = kinds.get(kind) ?? new Map<string, number>();
      texts.set(`${day} ${text}`, (texts.get(`${day} ${text}`) ?? 0) + 1);
      kinds.set(kind, texts);
    },
    kinds: () => [...kinds.keys()].sort(),
    number,
    share: (kind: string) => numbers(kind).filter((one) => one === 1).length / number(kind),
  };
}
