import { realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as COLLECTOR_ERRORS from '../../platform/error-table/collector.js';
import { AnalyticsError, messageOf } from '../../platform/errors.js';
import { entry } from '../../platform/files.js';
import type { Database } from './database.js';
import { type Ownership, own } from './file-owner.js';
import { openWithNode } from './node-engine.js';
import { openWithWasm } from './wasm-engine.js';

/**
 * Opens or creates a collector's file, with the SQLite of Node, or with the WebAssembly build if Node has none.
 * @throws AnalyticsError `COLLECTOR` if it is in use, cannot be opened, or is not a database
 */
export async function openDatabase(path: string): Promise<Database> {
  const file = realPath(path);
  const owner = own(file);
  try {
    const database = (await openWithNode(file)) ?? (await openWithWasm(file));
    return { ...database, close: () => closeAll(database, owner) };
  } catch (error) {
    // The WebAssembly engine leaves its lock behind if the file is not a database.
    rmSync(`${file}.lock`, { recursive: true, force: true });
    owner.release();
    const cause = error instanceof Error && !('syscall' in error) ? error.message : messageOf(error);
    throw new AnalyticsError(COLLECTOR_ERRORS.databaseNotUsable, { file, cause });
  }
}

function closeAll(database: Database, owner: Ownership): void {
  try {
    database.close();
  } finally {
    owner.release();
  }
}

/** Gives a file one path, however it is reached, so that two collectors of one file find each other. */
function realPath(path: string): string {
  const absolute = resolve(path);
  const stat = entry(absolute);
  if (stat !== undefined && !stat.isSymbolicLink() && stat.nlink > 1 && stat.isFile()) {
    throw new AnalyticsError(COLLECTOR_ERRORS.databaseHasLinks, { file: absolute });
  }
  try {
    return stat === undefined ? join(realpathSync(dirname(absolute)), basename(absolute)) : realpathSync(absolute);
  } catch {
    return absolute; // the folder is missing, and opening the file will report that
  }
}
