import { rmSync } from 'node:fs';
import type { Database, Value } from './database.js';
import { PRAGMAS } from './database.js';

/**
 * SQLite as WebAssembly, for Nodes that have none of their own. It locks with a folder beside the file, which a killed
 * process leaves behind and which would keep everybody out; the caller has made sure that nobody else is there.
 */
export async function openWithWasm(path: string): Promise<Database> {
  const { default: sqlite } = await import('node-sqlite3-wasm');
  rmSync(`${path}.lock`, { recursive: true, force: true });
  const database = new sqlite.Database(path);
  database.exec(PRAGMAS);
  const statements: { finalize(): void }[] = [];
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      statements.push(statement);
      return {
        run: (...values) => statement.run(values).changes,
        all: <Row>(...values: Value[]) => statement.all(values) as Row[],
      };
    },
    close() {
      for (const statement of statements) statement.finalize();
      database.close();
    },
  };
}
