/* What a year takes in the collector's file for few and for many installs, and how long its API needs to answer. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { startCollector } from '../src/collector/collector.js';
import { openStore } from '../src/collector/store/cell-store.js';
import { openDatabase } from '../src/collector/store/open.js';
import { rowsOf } from '../src/core/report/rows.js';
import { dotAiVocabulary } from '../src/schema/dot-ai.js';
import { createInstall } from '../src/simulation/installs.js';
import { randomFrom } from '../src/simulation/random.js';
import { createMemory, totalsOf } from '../src/simulation/reports.js';
import { spread } from './measure.js';
import { temporaryFolder } from './processes.js';

const DAY_MS = 86_400_000;
const DAYS = 365;
const FIRST = Date.parse('2025-11-23T12:00:00Z');
const QUESTIONS = ['overview', 'installs', 'tools', 'latency', 'workflow', 'features', 'providers', 'sessions'];

export interface Year {
  readonly installs: number;
  readonly reports: number;
  /** ms of each question about the whole year, by day. */
  readonly times: Readonly<Record<string, number>>;
  /** Bytes. */
  readonly file: number;
  /** Bytes of the file without its hashes. */
  readonly cells: number;
  readonly hashes: number;
}

/** A simulated year of `installs` times `repeats` installs. */
export async function year(installs: number, repeats: number): Promise<Year> {
  const db = join(temporaryFolder(), 'year.db');
  const reports = await fill(db, installs, repeats);
  const times = await ask(db);
  return { installs: installs * repeats, reports, times, ...(await measure(db)) };
}

/** @param repeats how many installs report the same as each invented one does */
async function fill(db: string, installs: number, repeats: number): Promise<number> {
  const store = openStore(await openDatabase(db));
  const random = randomFrom(1);
  const users = Array.from({ length: installs }, () => ({
    install: createInstall('2025-11-23', random),
    memory: createMemory(),
  }));
  let reports = 0;
  for (let at = FIRST; at < FIRST + DAYS * DAY_MS; at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    const arrivals = users.flatMap(({ install, memory }) => {
      const simulated = install.on(day);
      if (simulated === undefined) return [];
      const totals = totalsOf(day, simulated);
      const report = { schema: 1, day, rows: rowsOf(totals, { schema: 1, seen: memory.seen(day) }) };
      memory.add(day, totals);
      return Array.from({ length: repeats }, () => {
        reports += 1;
        return { reports: [report], hash: hashOf(reports) };
      });
    });
    store.record(arrivals, at + DAY_MS);
  }
  store.close();
  return reports;
}

function hashOf(number: number): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`${number}`).digest().subarray(0, 8));
}

async function measure(db: string): Promise<Pick<Year, 'file' | 'cells' | 'hashes'>> {
  const database = await openDatabase(db);
  const [row] = database.prepare('SELECT count(*) AS hashes FROM reports').all<{ hashes: number }>();
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  const file = statSync(db).size;
  database.exec('DELETE FROM reports; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  return { file, cells: statSync(db).size, hashes: row?.hashes ?? 0 };
}

async function ask(db: string): Promise<Year['times']> {
  const collector = await startCollector({
    host: '127.0.0.1',
    port: 0,
    db,
    minInstalls: 5,
    rate: 0,
    vocabulary: dotAiVocabulary,
    page: temporaryFolder(),
    clock: () => FIRST + DAYS * DAY_MS,
  });
  await new Promise((resolve) => setTimeout(resolve, 3000)); // it has read its days
  const times: Record<string, number> = {};
  for (const question of QUESTIONS) {
    const tries: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const from = performance.now();
      const url = `${collector.url}api/v1/${question}?from=2025-11-23&to=2026-11-22`;
      const answer = await fetch(url);
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${question}: ${answer.status}`);
      tries.push(performance.now() - from);
    }
    times[question] = spread(tries).median;
  }
  await collector.close();
  return times;
}
