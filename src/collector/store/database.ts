import { messageOf } from '../../platform/errors.js';

/** The values that statements bind and return. */
export type Value = number | string | Uint8Array | null;

interface Statement {
  /** Returns the number of changed rows. */
  run(...values: Value[]): number;
  all<Row>(...values: Value[]): Row[];
}

/** One SQLite file, as an engine opens it. There are two engines; each opens the files of the other. */
export interface Engine {
  exec(sql: string): void;
  /** The statement can be used while the database is open. */
  prepare(sql: string): Statement;
  close(): void;
}

/** One SQLite file, opened by one process. */
export interface Database extends Engine {
  /**
   * Runs a section as one transaction. It has a result only when the changes are on disk, in the file that the path
   * names, and this process still owns that file.
   * @throws an error if not; then the changes must not be acknowledged
   */
  transact<T>(section: () => T): T;
  /** False while nothing can be written because another process has the file, or it was deleted or replaced. */
  isOurs(): boolean;
}

/** Before anything is read. The WebAssembly engine has no shared memory, and a file has one collector. */
export const EXCLUSIVE = 'PRAGMA locking_mode = EXCLUSIVE;';

/** Every commit is an fsync of the write-ahead log, so that a report is durable before it is acknowledged. */
export const DURABLE = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;';

/** The log of a database file. */
export const walOf = (file: string) => `${file}-wal`;

/** What an engine says went wrong. Its codes alone say too little. */
export function causeOf(error: unknown): string {
  return error instanceof Error && !('syscall' in error) ? error.message : messageOf(error);
}
