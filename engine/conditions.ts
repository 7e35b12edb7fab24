import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine.js';
import { foreignEvents, invent, type Sent, writeEvents } from './fixture.js';
import type { Project, PropertyType } from './hogql.js';
import { createTable, FILE_COLUMNS, FROM_FILE, INSERTED, type Storage } from './table.js';

/** The last day of the invented reports: so many days have any, and some come from a day that is not over. */
const LAST = '2026-11-25';

/**
 * Projects in three time zones, each at a time at which the zone disagrees with UTC about the day, and in two cases about
 * the week and month.
 */
export const ZONES = [
  { timezone: 'UTC', now: '2026-11-25 12:00:00' },
  { timezone: 'America/Los_Angeles', now: '2026-11-02 00:30:00' }, // Monday; in the zone Sunday, 1 November
  { timezone: 'Pacific/Auckland', now: '2026-11-01 23:30:00' }, // Sunday; in the zone Monday, 2 November
] as const;
export const FIRST_DAYS = ['Sunday', 'Monday'] as const;

/** What the project's storage and definitions hold. */
export interface State {
  readonly name: string;
  readonly table: string;
  readonly storage: Storage;
  /** Whether ClickHouse's newer query analyzer is used. PostHog's versions differ. */
  readonly analyzer: 0 | 1;
  readonly types: Readonly<Record<string, PropertyType>>;
}

const COUNTS = ['invocations', 'successes', 'failures', 'count', 'uses', 'sessions_1_tool', 'latency_le_1000'];
const all = (names: readonly string[], type: PropertyType) => Object.fromEntries(names.map((name) => [name, type]));
/** The types that PostHog detects from our own rows. */
const OWN = { ...all(COUNTS, 'Numeric'), ...all(['first_this_week', 'first_this_month'], 'Boolean') };
/** The types that another app has decided. */
const HOSTILE = {
  ...all(['tool', 'feature', 'provider', 'from', 'to', 'count', 'first_this_week'], 'DateTime'),
  ...all(['invocations', 'successes', 'failures', 'uses', 'latency_le_1000'], 'Boolean'),
  ...all(['sessions_1_tool', 'first_this_month'], 'String'),
};

export const STATES: readonly State[] = [
  { name: 'plain', table: 'plain', storage: 'text', analyzer: 0, types: OWN },
  { name: 'repeated', table: 'repeated', storage: 'text', analyzer: 0, types: OWN },
  { name: 'hostile', table: 'hostile', storage: 'text', analyzer: 1, types: HOSTILE },
  { name: 'hostile, JSON type', table: 'hostile_json', storage: 'json', analyzer: 1, types: HOSTILE },
];

export const projectOf = (state: State, zone: (typeof ZONES)[number], firstDay: Project['firstDay']): Project => ({
  table: state.table,
  storage: state.storage,
  types: state.types,
  firstDay,
  ...zone,
});

/** Fills the tables. Two thirds of the rows are stored again, with merging stopped, except in the plain table. */
export async function fill(engine: Engine): Promise<Sent[]> {
  const folder = mkdtempSync(join(tmpdir(), 'dot-ai-events-'));
  try {
    const sent = await invent({ installs: 14, days: 400, last: LAST });
    const events = sent.flatMap((report) => report.events);
    const files = { own: join(folder, 'own'), again: join(folder, 'again'), foreign: join(folder, 'foreign') };
    writeEvents(files.own, events);
    writeEvents(
      files.again,
      events.filter((_, at) => at % 3 !== 0),
    );
    writeEvents(files.foreign, foreignEvents(LAST));
    for (const { table, storage } of STATES) {
      engine.run(createTable(table, storage));
      engine.run(`system stop merges ${table}`);
      insert(engine, table, files.own);
      if (table !== 'plain') insert(engine, table, files.again);
      if (table.startsWith('hostile')) insert(engine, table, files.foreign);
    }
    return sent;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function insert(engine: Engine, table: string, path: string): void {
  const file = `file('${path}', 'JSONEachRow', '${FILE_COLUMNS}')`;
  engine.run(`insert into ${table} (${INSERTED}) select ${FROM_FILE} from ${file}`);
}
