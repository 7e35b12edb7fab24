import type { Engine, Value } from './database.js';
import { EXCLUSIVE } from './database.js';

interface NodeStatement {
  run(...values: Value[]): { readonly changes: number | bigint };
  all(...values: Value[]): unknown[];
}

interface NodeDatabase {
  exec(sql: string): void;
  prepare(sql: string): NodeStatement;
  close(): void;
}

/** Undefined if this version of Node has no SQLite (before 22). */
export async function openWithNode(path: string): Promise<Engine | undefined> {
  const module = await loadQuietly();
  if (module === undefined) return undefined;
  const database = new module.DatabaseSync(path);
  database.exec(EXCLUSIVE);
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        run: (...values) => Number(statement.run(...values).changes),
        all: <Row>(...values: Value[]) => statement.all(...values) as Row[],
      };
    },
    close: () => database.close(),
  };
}

/** Suppresses the warning that SQLite is experimental, because operators of a collector cannot act on it. */
async function loadQuietly(): Promise<{ DatabaseSync: new (path: string) => NodeDatabase } | undefined> {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const name = 'node:sqlite'; // not a literal, because bundlers and the types of older versions do not know it
    return await import(name);
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
