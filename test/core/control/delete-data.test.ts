import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createGate } from '../../../src/core/consent/gate.js';
import { setAnalytics } from '../../../src/core/control/set-analytics.js';
import { claim, release, settle, takeClosed } from '../../../src/core/deliver/outbox.js';
import { closedPath } from '../../../src/core/report/closed-files.js';
import { seenBefore } from '../../../src/core/report/first-flags.js';
import { sha256 } from '../../../src/platform/crypto.js';
import { ensurePrivateFolder } from '../../../src/platform/folders.js';
import { testHome, tree } from '../../support/home.js';
import { exampleReport } from '../../support/reports.js';

const SENT = '2026-11-23';
const UNSENT = '2026-11-24';

/** A home with one report that was delivered and one that waits, both closed. */
async function homeWithReports() {
  const home = testHome({ analytics: true });
  ensurePrivateFolder(home.paths.spool);
  for (const day of [SENT, UNSENT]) writeFileSync(closedPath(home.paths, day), await exampleReport(day));
  takeClosed(home.paths, createGate(home.env, home.paths), Date.parse('2026-11-25T02:00:00Z'));
  const mine = claim(home.paths, SENT);
  const receipt = {
    day: SENT,
    outcome: 'delivered',
    at: '2026-11-25T02:00:00Z',
    bytes: 1,
    sha256: sha256(''),
  } as const;
  settle(home.paths, SENT, receipt);
  if (mine !== undefined) release(home.paths, mine);
  return { ...home, files: () => Object.keys(tree(home.paths.data)).sort() };
}

test('P10: disable deletes what was not sent; a sent day stays closed, and its keys stay known', async () => {
  const { env, paths, files } = await homeWithReports();
  expect(files()).toContain(`outbox/${UNSENT}.json`);
  await setAnalytics(false, { env });
  const kept = [`sent/${SENT}.json`, `sent/${SENT}.receipt.json`, `spool/${SENT}.closed.json`];
  expect(files()).toEqual(kept);
  await setAnalytics(true, { env });
  expect(files()).toEqual(kept);
  expect(seenBefore(paths, UNSENT).week.has('active_install')).toBe(true);
});

test('P10: disable --purge leaves nothing', async () => {
  const { env, files, paths } = await homeWithReports();
  await setAnalytics(false, { env, purge: true });
  expect(() => files()).toThrow('ENOENT'); // the folder itself is gone
  expect(tree(paths.folder)).toEqual({ 'config.json': expect.any(String) });
});
