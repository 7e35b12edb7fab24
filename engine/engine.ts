import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** ClickHouse in this process, with a folder of its own. */
export interface Engine {
  /** Executes a statement. @throws with ClickHouse's message */
  run(sql: string): void;
  /** The rows of a query, as arrays in the order of its columns. */
  rows(sql: string): unknown[][];
  /** Ends the engine and deletes its folder. */
  end(): void;
}

interface Session {
  query(sql: string, format: string): string;
  cleanup(): void;
}

export const isInstalled = existsSync(new URL('node_modules/chdb/package.json', import.meta.url));

export async function startEngine(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'dot-ai-engine-'));
  // Not a literal, so that types can be checked where the package is not installed.
  const name = 'chdb';
  const { Session } = (await import(name)) as { Session: new (path: string) => Session };
  const session = new Session(folder);
  return {
    run: (sql) => void session.query(sql, 'Null'),
    rows: (sql) => JSON.parse(session.query(sql, 'JSONCompact')).data,
    end() {
      session.cleanup();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
