// npm run space: what a year takes on disk for 1000 and for 100,000 installs, and how long the API needs to answer.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCollector } from '../dist/internals/collector.js';
import { dotAiVocabulary } from '../dist/internals/dot-ai.js';
import { createInstall } from '../dist/internals/installs.js';
import { openDatabase } from '../dist/internals/open.js';
import { randomFrom } from '../dist/internals/random.js';
import { createMemory, totalsOf } from '../dist/internals/reports.js';
import { rowsOf } from '../dist/internals/rows.js';
import { openStore } from '../dist/internals/store.js';

const DAY_MS = 86_400_000;
const DAYS = 365;
const FIRST = Date.parse('2025-11-23T12:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-space-'));

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

/** Pages of each table, in bytes. */
async function measure(db, installs, reports) {
  const database = await openDatabase(db);
  const [{ cells, rows }] = database
    .prepare(
      'SELECT sum(length(day) + length(event) + length(label) + length(counts)) AS cells, count(*) AS rows FROM cells',
    )
    .all();
  const [{ hashes }] = database.prepare('SELECT count(*) AS hashes FROM reports').all();
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  const size = statSync(db).size;
  database.exec('DELETE FROM reports; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  const without = statSync(db).size;
  console.log(
    `${installs} installs, ${reports} reports: cells ${(without / 1e6).toFixed(2)} MB (${rows} arrays, ${(cells / 1e6).toFixed(2)} MB of content), ${hashes} hashes of 22 days ${((size - without) / Math.max(1, hashes)).toFixed(1)} bytes each`,
  );
  return without;
}

async function ask(db) {
  const collector = await startCollector({
    host: '127.0.0.1',
    port: 0,
    db,
    minRows: 5,
    rate: 0,
    vocabulary: dotAiVocabulary,
    page: folder,
    clock: () => FIRST + DAYS * DAY_MS,
  });
  await new Promise((resolve) => setTimeout(resolve, 3000)); // it has read its days
  for (const granularity of ['day', 'week', 'month']) {
    const times = [];
    for (const question of [
      'overview',
      'installs',
      'tools',
      'latency',
      'workflow',
      'features',
      'providers',
      'sessions',
    ]) {
      const tries = [];
      for (let round = 0; round < 5; round += 1) {
        const from = performance.now();
        await (
          await fetch(`${collector.url}api/v1/${question}?from=2025-11-23&to=2026-11-22&granularity=${granularity}`)
        ).arrayBuffer();
        tries.push(performance.now() - from);
      }
      times.push(`${question} ${tries.sort((a, b) => a - b)[2].toFixed(0)}`);
    }
    console.log(`  a year by ${granularity}, ms: ${times.join(', ')}`);
  }
  await collector.close();
}

const sizes = [];
for (const [installs, repeats] of [
  [1000, 1],
  [5000, 20],
]) {
  const db = join(folder, `${installs}.db`);
  const reports = await fill(db, installs, repeats);
  await ask(db);
  sizes.push(await measure(db, installs * repeats, reports));
}
console.log(`cells, 100,000 installs / 1000 installs: ${(sizes[1] / sizes[0]).toFixed(3)}`);
rmSync(folder, { recursive: true, force: true });
