import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { describe, expect, test } from 'vitest';
import { encode } from '../../../src/core/report/encode.js';
import { fillYear } from '../../../src/simulation/year.js';
import { install, tool } from '../../support/collector.js';
import { calls, node24, post, start, yesterday } from '../../support/collector-process.js';
import { testHome } from '../../support/home.js';
import { CLI, run } from '../../support/processes.js';

const other = await node24();
const engines = [['WebAssembly, or this version of Node', process.execPath], ...(other ? [['Node 24', other]] : [])];

const filled = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-'));
await fillYear({ db: join(filled, 'filled.db'), today: '2026-11-23', installs: 10, days: 30 });
const whole = readFileSync(join(filled, 'filled.db'));
rmSync(filled, { recursive: true });

const foreign = (statements: string) => (db: string) => {
  const opened = new sqlite.Database(db);
  opened.exec(statements);
  opened.close();
};
const garbage = (from: number, length: number) => (db: string) =>
  writeFileSync(db, Buffer.from(whole).fill(0xa5, from, from + length));
const cut = (length: number) => (db: string) => {
  writeFileSync(db, whole);
  truncateSync(db, length);
};

const UNUSABLE: readonly (readonly [string, (db: string) => unknown, RegExp])[] = [
  [
    'text',
    (db) => writeFileSync(db, 'my notes\n'.repeat(999)),
    /cannot be used as a database: file is not a database\. Name/,
  ],
  [
    'noise',
    (db) => writeFileSync(db, Buffer.alloc(9_000, 0xa5)),
    /cannot be used as a database: file is not a database\. Name/,
  ],
  ...[10, 99, 1_000, 4_096, 5_000, whole.length - 4_096].map(
    (length) => [`cut off after ${length}`, cut(length), /cannot be used as a database: .+\. Name/] as const,
  ),
  ...[4_096, 8_192, 16_384].map(
    (from) =>
      [`noise in the page at ${from}`, garbage(from, 4_096), /cannot be used as a database: .+\. Name/] as const,
  ),
  [
    'another program’s',
    foreign('CREATE TABLE photos (id); INSERT INTO photos VALUES (1)'),
    /is a database of another program\. Name/,
  ],
  [
    'another one with our names',
    foreign('CREATE TABLE meta (a); CREATE TABLE cells (b); CREATE TABLE reports (c)'),
    /is a database of another program\. Name/,
  ],
  [
    'another one with some of our names',
    foreign('CREATE TABLE cells (day, event, label, counts)'),
    /is a database of another program\. Name/,
  ],
  ['a folder', (db) => mkdirSync(db), /cannot be used as a database: it is a folder\. Name/],
  ['a FIFO', (db) => spawnSync('mkfifo', [db]), /cannot be used as a database: it is not a regular file\. Name/],
  [
    'a file whose log is a FIFO',
    (db) => {
      writeFileSync(db, whole);
      spawnSync('mkfifo', [`${db}-wal`]);
    },
    /cannot be used as a database: \S+-wal is not a regular file\. Name/,
  ],
];

describe.each(engines)('what cannot be used as a database: %s', (_name, node = '') => {
  test.each(UNUSABLE)('%s: the documented error, and nothing is changed', async (what, make, expected) => {
    const db = join(testHome().folder, 'collector.db');
    make(db);
    const isRegular = !/folder|FIFO/.test(what);
    const before = isRegular ? readFileSync(db) : undefined;
    const names = readdirSync(dirname(db));
    const env = { PATH: process.env.PATH, HOME: dirname(db) };
    const { code, stderr, stdout } = await run(node, [CLI, 'collector', '--db', db, '--port', '0'], {
      env,
      timeout: 20_000,
    });
    const said = stderr.replace(/\s+/g, ' ');
    expect({ code, said, stdout }).toEqual({ code: 1, said: expect.stringMatching(expected), stdout: '' });
    expect(said).toContain(db);
    expect(said).not.toContain('    at '); // no stack
    if (before !== undefined) expect(readFileSync(db).equals(before)).toBe(true);
    expect(readdirSync(dirname(db))).toEqual(names);
  });

  const body = () => encode([install(), tool('query', { invocations: 1, successes: 1 })], yesterday, 'k');
  test.each<[string, (db: string) => void]>([
    ['deleted', (db) => rmSync(db)],
    ['moved', (db) => renameSync(db, `${db}.old`)],
    [
      'replaced by a rename',
      (db) => {
        writeFileSync(`${db}.new`, whole);
        renameSync(`${db}.new`, db);
      },
    ],
    [
      'deleted with its log',
      (db) => {
        rmSync(db);
        rmSync(`${db}-wal`);
      },
    ],
    ['left without its log', (db) => rmSync(`${db}-wal`)],
    ['emptied', (db) => writeFileSync(db, '')],
  ])(
    'a file that is %s while the collector runs: 503, the log says so, nothing is acknowledged',
    async (what, change) => {
      const db = join(testHome().folder, 'collector.db');
      const collector = await start(db, [], [node]);
      expect(await post(collector.url, await body())).toBe(200);
      const health = async () => (await fetch(`${collector.url}healthz`)).status;
      expect(await health()).toBe(200);
      change(db);
      expect(await health()).toBe(503);
      const late = await body();
      expect(await post(collector.url, late)).toBe(503);
      expect(await post(collector.url, late)).toBe(503); // a repetition, which the lost file knows
      expect(collector.stderr()).toMatch(
        /Reports cannot be written: \S+collector\.db was (deleted or replaced|overwritten)\. .+ restart the collector/,
      );
      collector.child.kill('SIGTERM');
      expect(await collector.ended).toBe(0);
      if (/replaced/.test(what)) expect(readFileSync(db).equals(whole)).toBe(true); // the end has not touched it
      expect(existsSync(`${db}.owner`)).toBe(false);
      if (/without its log/.test(what))
        expect(await calls((await start(db, [], [node])).url)).toBeGreaterThanOrEqual(1);
    },
  );

  test('a file that is moved away and back is written again, and the report counts once', async () => {
    const db = join(testHome().folder, 'collector.db');
    const collector = await start(db, [], [node]);
    renameSync(db, `${db}.old`);
    const late = await body();
    expect(await post(collector.url, late)).toBe(503);
    renameSync(`${db}.old`, db);
    expect(await post(collector.url, late)).toBe(200);
    expect(await calls(collector.url)).toBe(1);
  });
});
