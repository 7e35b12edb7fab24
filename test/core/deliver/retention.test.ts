import { readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createGate } from '../../../src/core/consent/gate.js';
import { takeClosed } from '../../../src/core/deliver/outbox.js';
import { listReceipts, listReports, reportPath } from '../../../src/core/deliver/report-files.js';
import { tidy } from '../../../src/core/deliver/retention.js';
import { readSent } from '../../../src/core/inspect/sent.js';
import { closeFinishedDays } from '../../../src/core/report/close-day.js';
import { publish } from '../../../src/core/report/publish.js';
import { testHome, tree } from '../../support/home.js';
import { exampleReport, putReport } from '../../support/reports.js';
import { vocabulary } from '../../support/tracker.js';

const DAY = '2026-11-23';
const at = (instant: string) => Date.parse(instant);

test('a report is dropped with a receipt after 21 days, and a kept copy is deleted after 45', async () => {
  const home = testHome({ analytics: true });
  const gate = createGate(home.env, home.paths);
  expect(publish(home.paths, DAY, await exampleReport(DAY), gate, () => true)).toBe(true);
  takeClosed(home.paths, gate, at('2026-11-24T02:00:00Z'));
  tidy(home.paths, at('2026-12-14T12:00:00Z'));
  expect(readdirSync(home.paths.outbox)).toEqual([`${DAY}.json`]);
  tidy(home.paths, at('2026-12-15T00:00:00Z'));
  expect(readdirSync(home.paths.outbox)).toEqual([]);
  expect(listReceipts(home.paths)).toEqual([DAY]);
  tidy(home.paths, at('2027-01-07T12:00:00Z'));
  expect(listReceipts(home.paths)).toEqual([DAY]);
  tidy(home.paths, at('2027-01-08T12:00:00Z'));
  takeClosed(home.paths, gate, at('2027-01-08T12:00:00Z'));
  expect(Object.keys(tree(home.paths.data)), 'it is not taken again').toEqual([`spool/${DAY}.closed.json`]);
  const closing = { home: home.paths, gate, vocabulary, key: 'phc_x', isKept: true };
  await closeFinishedDays(closing, at('2027-01-08T12:00:00Z'));
  expect(tree(home.paths.data)).toEqual({});
});

test('more than a hundred waiting reports: the oldest are dropped, with a receipt', async () => {
  const home = testHome({ analytics: true });
  const body = await putReport(home, DAY);
  for (let index = 0; index < 104; index += 1) {
    writeFileSync(reportPath(home.paths.outbox, `${DAY}.${index.toString(16).padStart(8, '0')}`), body);
  }
  tidy(home.paths, at('2026-11-24T02:00:00Z'));
  expect(listReports(home.paths.outbox)).toHaveLength(100);
  expect(listReceipts(home.paths)).toHaveLength(5);
  expect(readSent({ env: home.env }).reports.map(({ outcome, body: kept }) => [outcome, kept])).toEqual(
    Array(5).fill(['dropped', null]),
  );
});
