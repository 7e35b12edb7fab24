/* What a year takes in the collector's file for few and for many installs, and how long its API needs to answer. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { startCollector } from '../dist/internals/collector.js';
import { dotAiVocabulary } from '../dist/internals/dot-ai.js';
import { createInstall } from '../dist/internals/installs.js';
import { openDatabase } from '../dist/internals/open.js';
import { randomFrom } from '../dist/internals/random.js';
import { createMemory, totalsOf } from '../dist/internals/reports.js';
import { rowsOf } from '../dist/internals/rows.js';
import { openStore } from '../dist/internals/store.js';
import { spread } from './measure.js';
import { temporaryFolder } from './processes.js';

const DAY_MS = 86_400_000;
const DAYS = 365;
const FIRST = Date.parse('2025-11-23T12:00:00Z');
const QUESTIONS = ['overview', 'installs', 'tools', 'latency', 'workflow', 'features', 'providers', 'sessions'];

/** @param repeats how many installs report the same as each invented one does */
async function fill(db, installs, repeats) {
  const store = openStore(await openDatabase(db));
  const random = randomFrom(1);
  const users = Array.from({ length: installs }, () => ({
    install: createInstall('2025-11-23', random),
    memory: createMemory(),
  }));
  let reports = 0;
  for (let at = FIRST; at < FIRST + DAYS * DAY_MS; at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    const arrivals = [];
    for (const { install, memory } of users) {
      const simulated = install.on(day);
      if (simulated === undefined) continue;
      const totals = totalsOf(day, simulated);
      const report = { schema: 1, day, rows: rowsOf(totals, { schema: 1, seen: memory.seen(day) }) };
      memory.add(day, totals);
      for (let time = 0; time < repeats; time += 1) {
        reports += 1;
        arrivals.push({
          reports: [report],
          hash: new Uint8Array(createHash('sha256').update(`${reports}`).digest().subarray(0, 8)),
        });
      }
    }
    store.record(arrivals, at + DAY_MS);
  }
  store.close();
  return reports;
}

/** @returns bytes of the file, and of its cells alone */
async function measure(db) {
  const database = await openDatabase(db);
  const [{ hashes }] = database.prepare('SELECT count(*) AS hashes FROM reports').all();
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  const file = statSync(db).size;
  database.exec('DELETE FROM reports; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  return { file, cells: statSync(db).size, hashes };
}

/** @returns ms of each question about the whole year, by day */
async function ask(db) {
  const collector = await startCollector({
    host: '127.0.0.1',
    port: 0,
    db,
    minRows: 5,
    rate: 0,
    vocabulary: dotAiVocabulary,
    page: temporaryFolder(),
    clock: () => FIRST + DAYS * DAY_MS,
  });
  await new Promise((resolve) => setTimeout(resolve, 3000)); // it has read its days
  const times = {};
  for (const question of QUESTIONS) {
    const tries = [];
    for (let round = 0; round < 5; round += 1) {
      const from = performance.now();
      const url = `${collector.url}api/v1/${question}?from=2025-11-23&to=2026-11-22&granularity=day`;
      await (await fetch(url)).arrayBuffer();
      tries.push(performance.now() - from);
    }
    times[question] = spread(tries).median;
  }
  await collector.close();
  return times;
}

/** A simulated year of `installs` times `repeats` installs. */
export async function year(installs, repeats) {
  const db = join(temporaryFolder(), 'year.db');
  const reports = await fill(db, installs, repeats);
  const times = await ask(db);
  return { installs: installs * repeats, reports, times, ...(await measure(db)) };
}
