import { realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AnalyticsError, causeOf } from '../../platform/errors.js';
import { entry } from '../../platform/files.js';
import type { Database } from './database.js';
import { openWithNode } from './node-engine.js';
import { type Ownership, own } from './owner.js';
import { openWithWasm } from './wasm-engine.js';

export type Engine = Database['engine'];

/**
 * Opens a collector's file, or makes it. With `engine` it has to be that one.
 * @throws AnalyticsError `COLLECTOR` where it is in use, can't be opened, or is no database
 */
export async function openDatabase(path: string, engine?: Engine): Promise<Database> {
  const file = realPath(path);
  const owner = own(file);
  try {
    const database = await openWith(file, engine);
    return { ...database, close: () => closeAll(database, owner) };
  } catch (error) {
    rmSync(`${file}.lock`, { recursive: true, force: true }); // the WebAssembly engine's, of a file that is no database
    owner.release();
    if (error instanceof AnalyticsError) throw error;
    const cause = error instanceof Error && !('syscall' in error) ? error.message : causeOf(error);
    throw new AnalyticsError('COLLECTOR', `${file} can't be used as a database: ${cause}. Name another with --db.`);
  }
}

async function openWith(file: string, engine: Engine | undefined): Promise<Database> {
  if (engine === 'node-sqlite3-wasm') return openWithWasm(file);
  const database = await openWithNode(file);
  if (database !== undefined) return database;
  if (engine === undefined) return openWithWasm(file);
  throw new AnalyticsError('COLLECTOR', 'This Node has no SQLite of its own: it came with Node 22.');
}

function closeAll(database: Database, owner: Ownership): void {
  try {
    database.close();
  } finally {
    owner.release();
  }
}

/** Under one name, however it is reached: by it two collectors of one file see each other. */
function realPath(path: string): string {
  const absolute = resolve(path);
  const stat = entry(absolute);
  if (stat !== undefined && !stat.isSymbolicLink() && stat.nlink > 1 && stat.isFile()) {
    throw new AnalyticsError(
      'COLLECTOR',
      `${absolute} has more than one name (hard links). Name a file of its own with --db.`,
    );
  }
  try {
    return stat === undefined ? join(realpathSync(dirname(absolute)), basename(absolute)) : realpathSync(absolute);
  } catch {
    return absolute; // the folder is missing; that is said when it is needed
  }
}
