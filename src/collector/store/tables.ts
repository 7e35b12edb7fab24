import * as COLLECTOR_ERRORS from '../../platform/error-table/collector.js';
import { AnalyticsError } from '../../platform/errors.js';
import type { Engine } from './database.js';

const VERSION = 1;

const COLUMNS = { meta: 'name, value', cells: 'day, event, label, counts', reports: 'hash, day' } as const;

const TABLES = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS cells (
    day TEXT, event TEXT, label TEXT, counts BLOB NOT NULL, PRIMARY KEY (day, event, label)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS reports (hash BLOB PRIMARY KEY, day TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS published (
    event TEXT, label TEXT, interval TEXT, first TEXT NOT NULL, last TEXT NOT NULL, installs INTEGER,
    counted BLOB NOT NULL, shown BLOB, PRIMARY KEY (event, label, interval)
  ) WITHOUT ROWID;
  INSERT OR IGNORE INTO meta VALUES ('version', ${VERSION});`;

/**
 * Creates the tables in a new file. Reads an existing one first, so that another program's stays as it is, byte by
 * byte, and that a damaged one is not found out by a report or a question.
 *
 * @throws AnalyticsError `COLLECTOR`, or an error of the engine
 */
export function prepareTables(engine: Engine, file: string): void {
  const tables = engine.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all<{ name: string }>();
  if (tables.length > 0) {
    assertSound(engine, file);
    const names = tables.map(({ name }) => name);
    if (!Object.entries(COLUMNS).every(([name, columns]) => names.includes(name) && has(engine, name, columns)))
      throw new AnalyticsError(COLLECTOR_ERRORS.databaseIsForeign, { file });
    const [meta] = engine.prepare("SELECT value FROM meta WHERE name = 'version'").all<{ value: unknown }>();
    if (meta?.value !== VERSION) {
      const { databaseIsForeign, databaseIsNewer } = COLLECTOR_ERRORS;
      throw new AnalyticsError(typeof meta?.value === 'number' ? databaseIsNewer : databaseIsForeign, { file });
    }
  }
  engine.exec(TABLES);
}

/** Of a database whose filling was interrupted. */
export function emptyTables(engine: Engine): void {
  engine.exec('DELETE FROM cells; DELETE FROM reports; DELETE FROM published;');
}

function assertSound(engine: Engine, file: string): void {
  const [found] = engine.prepare('PRAGMA quick_check(1)').all<{ quick_check: string }>();
  if (found?.quick_check === 'ok') return;
  const cause = `it is damaged (${found?.quick_check.replace(/\s+/g, ' ')})`;
  throw new AnalyticsError(COLLECTOR_ERRORS.databaseNotUsable, { file, cause });
}

function has(engine: Engine, table: string, columns: string): boolean {
  try {
    engine.prepare(`SELECT ${columns} FROM ${table} LIMIT 0`).all();
    return true;
  } catch {
    return false; // there is no such column
  }
}
