import { existsSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as COLLECTOR_ERRORS from '../../platform/error-table/collector.js';
import { AnalyticsError } from '../../platform/errors.js';
import { entry } from '../../platform/files.js';
import { guard } from '../../platform/guard.js';
import { causeOf, type Database, DURABLE, type Engine, walOf } from './database.js';
import { type Ownership, own } from './file-owner.js';
import { openWithNode } from './node-engine.js';
import { type Place, rememberPlace, separate } from './place.js';
import { prepareTables } from './tables.js';
import { openWithWasm } from './wasm-engine.js';

/**
 * Opens or creates a collector's file, with the SQLite of Node, or with the WebAssembly build if Node has none.
 *
 * @param tell is told that it waits for another process
 * @throws AnalyticsError `COLLECTOR` if it is in use, cannot be opened, is damaged, or is not a collector's database
 */
export async function openDatabase(path: string, tell: (line: string) => void = () => {}): Promise<Database> {
  const file = realPath(path);
  for (const each of [file, walOf(file), `${file}-journal`]) assertRegular(file, each);
  const owner = await own(file, tell);
  let engine: Engine | undefined;
  try {
    // A log that nobody owns: somebody removed FILE.owner, and its process may run.
    const mayBeShared = owner.previous === 'unseen' || (owner.previous === 'nobody' && existsSync(walOf(file)));
    if (mayBeShared) separate(file);
    engine = (await openWithNode(file)) ?? (await openWithWasm(file));
    prepareTables(engine, file);
    engine.exec(DURABLE);
    engine.prepare('SELECT name FROM meta').all(); // opens the log, whose place is remembered
    return guarded(engine, file, owner, rememberPlace(file));
  } catch (error) {
    guard(() => engine?.close());
    // The WebAssembly engine leaves its lock behind if the file is not a database.
    rmSync(`${file}.lock`, { recursive: true, force: true });
    owner.release();
    if (error instanceof AnalyticsError) throw error;
    throw new AnalyticsError(COLLECTOR_ERRORS.databaseNotUsable, { file, cause: causeOf(error) });
  }
}

function guarded(engine: Engine, file: string, owner: Ownership, place: Place): Database {
  function assertOurs(): void {
    if (!owner.isHeld()) throw new Error(`another process has taken ${file}, or removed ${file}.owner`);
    place.assertKept();
  }
  return {
    ...engine,
    isOurs: () =>
      guard(() => {
        assertOurs();
        return true;
      }) ?? false,
    transact(section) {
      assertOurs();
      try {
        engine.exec('BEGIN IMMEDIATE');
        const result = section();
        engine.exec('COMMIT');
        assertOurs(); // still: what a successor has copied does not contain a later commit
        return result;
      } catch (error) {
        guard(() => engine.exec('ROLLBACK')); // after some errors SQLite has done so itself
        assertOurs(); // a process that was stopped meanwhile gets errors of SQLite that do not name the cause
        throw error;
      }
    },
    close() {
      try {
        // Closing applies the log and deletes it by its name, and the name may be a successor's by now.
        if (owner.isHeld() && place.isThere()) engine.close();
      } finally {
        owner.release();
      }
    },
  };
}

/** Opening a FIFO would wait forever, and a device may be endless. */
function assertRegular(file: string, path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isFile()) return;
  const cause = `${path === file ? 'it' : path} is ${stat.isDirectory() ? 'a folder' : 'not a regular file'}`;
  throw new AnalyticsError(COLLECTOR_ERRORS.databaseNotUsable, { file, cause });
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
