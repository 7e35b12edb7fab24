/** What SQLite can bind and return here. */
export type Value = number | string | Uint8Array;

interface Statement {
  /** Returns the number of rows that were changed. */
  run(...values: Value[]): number;
  all<Row>(...values: Value[]): Row[];
}

/** One SQLite file, opened by one process. Two engines do this; a file written by one is opened by the other. */
export interface Database {
  exec(sql: string): void;
  /** Prepared once, used for as long as the database is open. */
  prepare(sql: string): Statement;
  close(): void;
}

/**
 * Durable before anybody is told: every commit is an fsync of the write-ahead log. The lock is exclusive because the
 * WebAssembly engine has no shared memory, and because there is one collector per file.
 */
export const PRAGMAS = 'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;';
