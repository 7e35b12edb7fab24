import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INSIGHTS } from '../src/posthog/insights.js';
import { sqlOf } from './acceptance.js';
import { insert } from './conditions.js';
import { type Engine, startEngine } from './engine.js';
import { invent, writeEvents } from './fixture.js';
import { toClickHouse } from './hogql.js';
import { createTable } from './table.js';

export interface Scale {
  readonly rows: number;
  readonly bytesPerRow: number;
  /** How many rows an install makes on average in a month of 30 days. */
  readonly rowsPerInstallAndMonth: number;
  /** Milliseconds of each insight, by its name; of the faster of two runs. */
  readonly times: Readonly<Record<string, number>>;
}

const LAST = '2026-11-24';
const NOW = '2026-11-25 12:00:00';
const INSTALLS = 40;
const DAYS = 90;

/** Multiplies the rows of invented installs, which all lie in the last 90 days, and measures. */
export async function measureScale(rows: number, onStep: (what: string) => void): Promise<Scale> {
  const engine = await startEngine();
  const folder = mkdtempSync(join(tmpdir(), 'dot-ai-scale-'));
  try {
    const events = (await invent({ installs: INSTALLS, days: DAYS, last: LAST })).flatMap((report) => report.events);
    writeEvents(join(folder, 'events'), events);
    engine.run(createTable('seed', 'text'));
    insert(engine, 'seed', join(folder, 'events'));
    engine.run(createTable('many', 'text'));
    const times = Math.ceil(rows / events.length);
    onStep(`${events.length} rows, ${times} times`);
    engine.run(`insert into many (uuid, event, properties, timestamp, team_id, distinct_id, created_at, person_id, person_mode, _timestamp)
      select id, event, properties, timestamp, 1, toString(id), now64(), generateUUIDv4(number), 'propertyless', now()
      from (select generateUUIDv4() as id, * from seed cross join numbers(${times}) as repetition)`);
    onStep('stored');
    engine.run('optimize table many final');
    const [[count = 0, bytes = 0] = []] = engine.rows(
      "select sum(rows), sum(bytes_on_disk) from system.parts where table = 'many' and active",
    );
    return {
      rows: Number(count),
      bytesPerRow: Number(bytes) / Number(count),
      rowsPerInstallAndMonth: (events.length / INSTALLS / DAYS) * 30,
      times: Object.fromEntries(INSIGHTS.map(({ name, query }) => [name, time(engine, sqlOf(query), onStep)])),
    };
  } finally {
    engine.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function time(engine: Engine, query: string, onStep: (what: string) => void): number {
  const project = { table: 'many', storage: 'text', timezone: 'UTC', firstDay: 'Sunday', types: {}, now: NOW } as const;
  const took = [1, 2].map(() => {
    const start = performance.now();
    engine.rows(toClickHouse(query, project));
    return performance.now() - start;
  });
  onStep(`${query.slice(0, 30)}… ${took.map(Math.round).join(', ')} ms`);
  return Math.min(...took);
}
