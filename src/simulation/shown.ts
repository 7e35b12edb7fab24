import type { Interval } from '../collector/cells/intervals.js';
import { labelOf } from '../collector/cells/measures.js';
import { addRow, cellOf, type Entry, emptyTally } from '../collector/cells/tally.js';
import { publish } from '../collector/publish/publish.js';
import { rowsOf } from '../core/report/rows.js';
import { addDays, type Day } from '../schema/calendar.js';
import { EVENTS, propertiesOf, SCHEMA } from '../schema/fields.js';
import type { Row } from '../schema/report.js';
import { OTHER } from '../schema/vocabulary.js';
import { createInstall } from './installs.js';
import { randomFrom } from './random.js';
import { createMemory, totalsOf } from './reports.js';

/** The reports of one install, as they are sent. */
export interface SentDay {
  readonly install: number;
  readonly day: Day;
  readonly rows: readonly Row[];
}

/** A whole number of months of whole weeks, so that a query can cover all of it. */
const FIRST_DAY = '2026-06-01';
const DAYS = 91;

/** What invented installs send. They all begin within the first four weeks, and stay as long as people do. */
export function invent(installs: number, seed: number): SentDay[] {
  const random = randomFrom(seed);
  const sent: SentDay[] = [];
  for (let install = 0; install < installs; install += 1) {
    const user = createInstall(addDays(FIRST_DAY, Math.floor(random() * 28)), random);
    const memory = createMemory();
    for (let at = 0; at < DAYS; at += 1) {
      const day = addDays(FIRST_DAY, at);
      const simulated = user.on(day);
      if (simulated === undefined) continue;
      const totals = totalsOf(day, simulated);
      sent.push({ install, day, rows: rowsOf(totals, { schema: SCHEMA, seen: memory.seen(day) }) });
      memory.add(day, totals);
    }
  }
  return sent;
}

/** Publishes day by day, as a collector that is asked every day does, until nothing more can come. */
export function publishDaily(sent: readonly SentDay[], k: number): Interval[] {
  const cells = new Map<Day, Map<string, Entry>>();
  const published: Interval[] = [];
  const arriving = new Map<Day, SentDay[]>();
  for (const one of sent) {
    const arrives = addDays(one.day, 1);
    arriving.set(arrives, [...(arriving.get(arrives) ?? []), one]);
  }
  for (let at = 1; at < DAYS + 40; at += 1) {
    const today = addDays(FIRST_DAY, at);
    for (const { day, rows } of arriving.get(today) ?? []) for (const row of rows) add(cells, day, row);
    const days = new Map([...cells].map(([day, entries]) => [day, [...entries.values()]]));
    published.push(...publish(days, published, today, k));
  }
  return published;
}

function add(cells: Map<Day, Map<string, Entry>>, day: Day, row: Row): void {
  const entries = cells.get(day) ?? new Map<string, Entry>();
  cells.set(day, entries);
  const label = labelOf(row);
  const entry = entries.get(`${row.event} ${label}`) ?? { event: row.event, label, tally: emptyTally(row.event) };
  entries.set(`${row.event} ${label}`, entry);
  addRow(entry.tally, row);
}

/** Numbers of one kind: what was sent, and what of it is shown. */
export interface Share {
  readonly sent: number;
  readonly shown: number;
}

const isNamed = ({ properties }: Row) => properties.from !== OTHER;

/** By kind: which property of which rows. The sent numbers are added up here from the rows alone. */
const KINDS = {
  calls: { event: 'tool_usage', is: (name: string) => name === 'invocations' },
  failures: { event: 'tool_usage', is: (name: string) => name === 'failures' },
  'failures by category': {
    event: 'tool_usage',
    is: (name: string) => name.startsWith('failures_') && name !== 'failures_other',
  },
  'latency per tool': { event: 'tool_usage', is: (name: string) => name.startsWith('latency_le_') },
  'named steps': { event: 'workflow_step', is: (name: string) => name === 'count' },
  'provider calls': { event: 'provider_usage', is: (name: string) => name === 'invocations' },
} as const;
export type Kind = keyof typeof KINDS;

export function sharesOf(sent: readonly SentDay[], published: readonly Interval[]): Record<Kind, Share> {
  return Object.fromEntries(
    Object.entries(KINDS).map(([kind, { event, is }]) => {
      let truth = 0;
      for (const { rows } of sent)
        for (const row of rows)
          if (row.event === event && isNamed(row))
            for (const [name, value] of Object.entries(row.properties)) if (is(name)) truth += Number(value);
      let shown = 0;
      for (const one of published) {
        if (one.event !== event || one.shown === null || one.label.startsWith(`${OTHER}>`)) continue;
        for (const name of NAMES.get(event) ?? []) if (is(name)) shown += cellOf(event, one.shown, name).sum;
      }
      return [kind, { sent: truth, shown }];
    }),
  ) as Record<Kind, Share>;
}

const NAMES = new Map(
  EVENTS.map((kind) => [
    kind.event as string,
    [...propertiesOf(kind)].flatMap(([name, { values }]) => (values === 'count' ? [name] : [])),
  ]),
);
