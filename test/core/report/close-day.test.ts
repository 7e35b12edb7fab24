import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createGate } from '../../../src/core/consent/gate.js';
import { takeClosed } from '../../../src/core/deliver/outbox.js';
import { reportPath } from '../../../src/core/deliver/report-files.js';
import { createPage } from '../../../src/core/record/counter-page.js';
import { closeFinishedDays, closeOwn } from '../../../src/core/report/close-day.js';
import { closedPath } from '../../../src/core/report/closed-files.js';
import { decode } from '../../../src/core/report/decode.js';
import { publish } from '../../../src/core/report/publish.js';
import { openEnvelope } from '../../../src/schema/envelope.js';
import { type TestHome, testHome, tree, writeConfig } from '../../support/home.js';
import { runScript } from '../../support/processes.js';
import { vocabulary } from '../../support/tracker.js';

const DAY = '2026-11-23';
const at = (instant: string) => Date.parse(instant);

/** A spool file as a process leaves it behind. */
function spool({ paths }: TestHome, day: string, counts: Record<string, string[][]>, token = '0000000a'): string {
  const page = createPage(day);
  for (const [line, calls] of Object.entries(counts)) for (const cells of calls) page.add(line, cells);
  mkdirSync(paths.spool, { recursive: true });
  const path = join(paths.spool, `${day}.${token}.txt`);
  writeFileSync(path, page.bytes());
  return path;
}

const oneCall = { 'tool query': [['successes', 'latency_le_10', 'from_start', 'nth_1']] };

function closing(home: TestHome, isKept = true) {
  return { home: home.paths, gate: createGate(home.env, home.paths), vocabulary, key: 'phc_x', isKept };
}

/** As a server does: closes what is finished, then takes it into the outbox. */
async function close(home: TestHome, now: string, isKept = true): Promise<void> {
  const all = closing(home, isKept);
  await closeFinishedDays(all, at(now));
  takeClosed(home.paths, all.gate, at(now));
}

const report = (home: TestHome, name = DAY) => decode(readFileSync(reportPath(home.paths.outbox, name), 'utf8'));

describe('when a day is closed: now, files before, files after', () => {
  test.each([
    ['still today', '2026-11-23T23:59:59Z', [], [`${DAY}.0000000a.txt`]],
    ['before 01:00 UTC', '2026-11-24T00:59:59Z', [], [`${DAY}.0000000a.txt`]],
    ['at 01:00 UTC', '2026-11-24T01:00:00Z', [`${DAY}.json`], [`${DAY}.closed.json`]],
    ['after a week off', '2026-11-30T09:00:00Z', [`${DAY}.json`], [`${DAY}.closed.json`]],
    ['a clock set back', '2026-11-20T09:00:00Z', [], [`${DAY}.0000000a.txt`]],
  ])('%s', async (_name, now, outbox, spoolFiles) => {
    const home = testHome({ analytics: true });
    spool(home, DAY, oneCall);
    await close(home, now);
    expect(Object.keys(tree(home.paths.data)).filter((name) => name.startsWith('outbox/'))).toEqual(
      outbox.map((name) => `outbox/${name}`),
    );
    expect(readdirSync(home.paths.spool)).toEqual(spoolFiles);
  });
});

test('P7: all processes of a day become one report: also dead ones, and the undamaged lines of damaged files', async () => {
  const home = testHome({ analytics: true });
  spool(home, DAY, oneCall, '0000000a');
  spool(
    home,
    DAY,
    {
      'tool query': Array.from({ length: 6 }, () => ['successes', 'latency_le_20']),
      'feature chooseSolution': [['uses']],
    },
    '0000000b',
  );
  writeFileSync(join(home.paths.spool, `${DAY}.0000000c.txt`), '');
  writeFileSync(
    join(home.paths.spool, `${DAY}.0000000d.txt`),
    `dot-ai-analytics spool 1 ${DAY}\ntool query successes=00`,
  );
  await close(home, '2026-11-24T02:00:00Z');
  const body = readFileSync(reportPath(home.paths.outbox, DAY), 'utf8');
  expect(openEnvelope(body, vocabulary)).toHaveProperty('report');
  expect(report(home)?.rows).toContainEqual({
    event: 'tool_usage',
    properties: {
      tool: 'query',
      invocations: 7,
      successes: 7,
      latency_le_10: 1,
      latency_le_20: 6,
      first_this_week: true,
      first_this_month: true,
    },
  });
  expect(readdirSync(home.paths.spool)).toEqual([`${DAY}.closed.json`]);
});

test('P3: names are folded again when the day is closed', async () => {
  const home = testHome({ analytics: true });
  spool(home, DAY, {
    'tool secret_cluster': [['successes', 'latency_le_10', 'from_another_secret']],
    'feature secret': [['uses']],
    'provider acme': [['uses']],
  });
  await close(home, '2026-11-24T02:00:00Z');
  const body = readFileSync(reportPath(home.paths.outbox, DAY), 'utf8');
  expect(body).not.toMatch(/secret|acme/);
  expect(openEnvelope(body, vocabulary)).toHaveProperty('report');
});

test('a day without counts becomes no report, and its file is deleted', async () => {
  const home = testHome({ analytics: true });
  spool(home, DAY, {});
  await close(home, '2026-11-24T02:00:00Z');
  expect(Object.keys(tree(home.paths.data))).toEqual([]);
});

test('P7: counts that come too late for a closed day are dropped, and the report does not change', async () => {
  const home = testHome({ analytics: true });
  spool(home, DAY, oneCall);
  await close(home, '2026-11-24T02:00:00Z');
  const before = tree(home.paths.outbox);
  spool(home, DAY, oneCall, '0000000b');
  await close(home, '2026-11-24T03:00:00Z');
  expect(tree(home.paths.outbox)).toEqual(before);
  expect(readdirSync(home.paths.spool)).toEqual([`${DAY}.closed.json`]);
});

test('P7: twenty processes close the same days at once: one report a day, always whole', async () => {
  const home = testHome({ analytics: true });
  for (let day = 10; day < 20; day += 1)
    for (const token of ['0000000a', '0000000b']) spool(home, `2026-11-${day}`, oneCall, token);
  const source = `
    import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
    const now = Date.parse('2026-11-23T12:00:00Z');
    const a = createAnalytics({ ...dotAiVocabulary, ephemeral: false }, { clock: () => now, timing: { tick: 5, startSpread: 1e9 } });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await a.close();`;
  const results = await Promise.all(Array.from({ length: 20 }, () => runScript(source, { env: home.env })));
  expect(results.map(({ code, stderr }) => `${code}${stderr}`)).toEqual(results.map(() => '0'));
  const reports = readdirSync(home.paths.outbox);
  expect(reports).toEqual(Array.from({ length: 10 }, (_, index) => `2026-11-${10 + index}.json`));
  for (const name of reports) {
    const { rows } = decode(readFileSync(join(home.paths.outbox, name), 'utf8')) ?? { rows: [] };
    expect(rows).toContainEqual({ event: 'workflow_step', properties: { from: 'start', to: 'query', count: 2 } });
  }
  expect(readdirSync(home.paths.spool).filter((name) => !name.endsWith('.closed.json'))).toEqual([]);
});

describe('P7: a crash between two steps', () => {
  test('a second report for a closed day is never published, wherever the first one is', async () => {
    const home = testHome({ analytics: true });
    const { gate } = closing(home);
    const publishOne = (body: string) => publish(home.paths, DAY, body, gate, () => true);
    expect(publishOne('first')).toBe(true);
    expect(publishOne('second')).toBe(false);
    takeClosed(home.paths, gate, at('2026-11-24T02:00:00Z'));
    unlinkSync(reportPath(home.paths.outbox, DAY)); // as if the first closer was killed before the outbox took it
    expect(publishOne('third')).toBe(false);
    expect(readFileSync(closedPath(home.paths, DAY), 'utf8')).toBe('first');
    expect(readdirSync(home.paths.outbox)).toEqual([]);
    await close(home, '2026-11-24T02:00:00Z');
    expect(readFileSync(reportPath(home.paths.outbox, DAY), 'utf8')).toBe('first');
  });

  test('a report that was closed but is not in the outbox is put there by the next process, with the same bytes', async () => {
    const home = testHome({ analytics: true });
    spool(home, DAY, oneCall);
    await close(home, '2026-11-24T02:00:00Z');
    const body = readFileSync(reportPath(home.paths.outbox, DAY), 'utf8');
    unlinkSync(reportPath(home.paths.outbox, DAY));
    spool(home, DAY, oneCall); // and its input was not deleted yet
    await close(home, '2026-11-24T03:00:00Z');
    expect(readFileSync(reportPath(home.paths.outbox, DAY), 'utf8')).toBe(body);
    expect(readdirSync(home.paths.spool)).toEqual([`${DAY}.closed.json`]);
  });

  test('a temporary file that was left behind is deleted after an hour', async () => {
    const home = testHome({ analytics: true });
    mkdirSync(home.paths.spool, { recursive: true });
    for (const [name, age] of [
      ['.analytics-tmp-old', 7200],
      ['.analytics-tmp-new', 60],
    ] as const) {
      writeFileSync(join(home.paths.spool, name), 'x');
      const then = Date.now() / 1000 - age;
      utimesSync(join(home.paths.spool, name), then, then);
    }
    await close(home, '2026-11-24T02:00:00Z');
    expect(readdirSync(home.paths.spool)).toEqual(['.analytics-tmp-new']);
  });
});

test('P7, P10: what the user deleted is not sent, also where the report of it cannot be written', async () => {
  const home = testHome({ analytics: true });
  const page = createPage(DAY);
  page.add('tool query', ['successes']);
  const path = spool(home, DAY, oneCall);
  const own = [{ page, file: { day: DAY, token: '0000000a', path } }];
  const now = at('2026-11-23T12:00:00Z');
  // As on a full disk, no temporary file can be written: somebody has put something into the way.
  mkdirSync(home.paths.folder, { recursive: true });
  renameSync(home.paths.data, `${home.paths.data}.moved`);
  symlinkSync(`${home.paths.data}.moved`, home.paths.data);
  const { unpublished } = await closeOwn(closing(home), home.paths, own, new Set(), now);
  expect(unpublished).toHaveLength(1); // the counts were there, and are taken off the disk
  expect(readdirSync(home.paths.spool)).toEqual([]);
  expect((await closeOwn(closing(home), home.paths, own, new Set(), now)).unpublished).toEqual([]);
});

describe('first_this_week and first_this_month', () => {
  const flags = (home: TestHome, name: string) => {
    const row = report(home, name)?.rows.find(({ event }) => event === 'tool_usage');
    return [row?.properties.first_this_week ?? false, row?.properties.first_this_month ?? false];
  };

  test('true in the first report of the week or month that has the key', async () => {
    const home = testHome({ analytics: true });
    const expected: [string, [boolean, boolean]][] = [
      ['2026-11-27', [true, true]], // Friday
      ['2026-11-28', [false, false]],
      ['2026-11-30', [true, true]], // Monday of the first week of December, whose Thursday lies in it
      ['2026-12-01', [false, false]],
      ['2026-12-07', [true, false]],
    ];
    for (const [day, flag] of expected) {
      spool(home, day, oneCall);
      await close(home, new Date(at(`${day}T00:00:00Z`) + 26 * 3_600_000).toISOString());
      expect(flags(home, day), day).toEqual(flag);
    }
  });

  test('known also if a day is closed late, when the first of its month is older than copies are kept', async () => {
    const home = testHome({ analytics: true });
    spool(home, '2026-10-01', oneCall);
    await close(home, '2026-10-02T02:00:00Z');
    spool(home, '2026-10-31', oneCall);
    await close(home, '2026-11-19T02:00:00Z'); // 49 days after the first
    expect(flags(home, '2026-10-31')).toEqual([true, false]);
  });

  test('left out where the folder does not outlive the process', async () => {
    const home = testHome({ analytics: true });
    spool(home, DAY, oneCall);
    await close(home, '2026-11-24T02:00:00Z', false);
    expect(readFileSync(reportPath(home.paths.outbox, DAY), 'utf8')).not.toContain('first_this');
  });
});

test('a config file that is damaged while a day is closed destroys nothing', async () => {
  const home = testHome({ analytics: true });
  spool(home, DAY, oneCall);
  const before = tree(home.paths.data);
  const gate = createGate(home.env, home.paths);
  // The gate is asked at the start, and again before anything is frozen; in between the file breaks.
  let asked = 0;
  const breaking = {
    isFixed: false,
    changes: () => 0,
    check: () => {
      asked += 1;
      if (asked === 2) writeConfig(home.paths, '{"analytics": tr');
      return gate.check();
    },
  };
  await closeFinishedDays({ ...closing(home), gate: breaking }, at('2026-11-24T02:00:00Z'));
  expect(asked).toBeGreaterThan(1);
  expect(tree(home.paths.data)).toEqual(before);
});

test('while off nothing is closed', async () => {
  const home = testHome({ analytics: false });
  spool(home, DAY, oneCall);
  const before = tree(home.folder);
  await close(home, '2026-11-24T02:00:00Z');
  expect(tree(home.folder)).toEqual(before);
});
