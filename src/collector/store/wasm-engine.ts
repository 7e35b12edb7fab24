import { rmSync } from 'node:fs';
import type { Engine, Value } from './database.js';
import { EXCLUSIVE } from './database.js';

/**
 * SQLite as WebAssembly, for versions of Node without it. Its lock is a folder beside the file. A killed process leaves
 * the folder behind, and no other could open the file, so it is removed. The caller already owns the file.
 */
export async function openWithWasm(path: string): Promise<Engine> {
  const { default: sqlite } = await import('node-sqlite3-wasm');
  rmSync(`${path}.lock`, { recursive: true, force: true });
  const database = new sqlite.Database(path);
  database.exec(EXCLUSIVE);
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
