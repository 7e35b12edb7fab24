/** The values that statements bind and return. */
export type Value = number | string | Uint8Array | null;

interface Statement {
  /** Returns the number of changed rows. */
  run(...values: Value[]): number;
  all<Row>(...values: Value[]): Row[];
}

/** One SQLite file, opened by one process. There are two engines; each opens the files of the other. */
export interface Database {
  exec(sql: string): void;
  /** The statement can be used while the database is open. */
  prepare(sql: string): Statement;
  close(): void;
}

/**
 * Every commit is an fsync of the write-ahead log, so that a report is durable before it is acknowledged. The lock is
 * exclusive because the WebAssembly engine has no shared memory, and because a file has one collector.
 */
export const PRAGMAS = 'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;';
