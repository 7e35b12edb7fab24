import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { expect, onTestFinished, test } from 'vitest';
import { holds, publishClaim, removeClaim } from '../../../src/core/deliver/claims.js';
import { reportPath } from '../../../src/core/deliver/report-files.js';
import { ownIdentity } from '../../../src/platform/process-identity.js';
import { checkingDestination } from '../../support/destination.js';
import { testHome } from '../../support/home.js';
import { cli, ROOT, run } from '../../support/processes.js';
import { putReport } from '../../support/reports.js';
import { until } from '../../support/tracker.js';

const DAY = '2026-11-21';
const USER = 12_345;

const canBeAnother =
  process.getuid?.() === 0 &&
  (await run('setpriv', [`--reuid=${USER}`, '--clear-groups', 'true']).catch(() => ({ code: 1 }))).code === 0;
if (!canBeAnother) process.stderr.write('SKIPPED: without root and setpriv, no claim is another user’s\n');

test.runIf(canBeAnother)('P10: a claim that cannot be read counts as alive until it is ten minutes old', async () => {
  const home = testHome({ analytics: true });
  await putReport(home, DAY, 'phc_test', home.paths.sending);
  publishClaim(home.paths, DAY); // by this process, which is root's
  const { folder, data, outbox, sending, config } = home.paths;
  mkdirSync(outbox, { recursive: true });
  for (const path of [home.folder, folder, data, outbox, sending, config, reportPath(sending, DAY)]) {
    chownSync(path, USER, USER);
  }
  for (const path of [data, outbox, sending]) chmodSync(path, 0o700);
  const claim = join(sending, `${DAY}.claim.json`);
  const under = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'];
  const early = await cli(['disable'], { env: home.env, under });
  expect(early).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/Process of another user is sending a report/),
  });
  utimesSync(claim, 0, Date.now() / 1000 - 601);
  expect(await cli(['disable'], { env: home.env, under })).toMatchObject({ code: 0 });
  expect(existsSync(claim)).toBe(false);
});

test.runIf(process.platform === 'linux')(
  'P7, P10: a process that was stopped before it removes an abandoned claim leaves a newer one alone',
  async () => {
    const home = testHome({ analytics: true });
    const received = await checkingDestination(home);
    await putReport(home, DAY, received.posthog.key, home.paths.sending);
    const claim = join(home.paths.sending, `${DAY}.claim.json`);
    writeFileSync(claim, JSON.stringify({ ...ownIdentity(), start: '1', token: 'abandoned' }));
    const source = `
      import fs from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      for (const name of ['renameSync', 'unlinkSync']) {
        const original = fs[name];
        let isFirst = true;
        fs[name] = (from, to) => {
          if (from.endsWith('.claim.json') && isFirst) {
            isFirst = false;
            process.kill(process.pid, 'SIGSTOP');
          }
          return original(from, to);
        };
      }
      syncBuiltinESMExports();
      const { createAnalytics, dotAiVocabulary } = await import('dot-ai-analytics');
      const now = Date.parse('2026-11-23T10:00:00Z') - performance.now();
      const analytics = createAnalytics(
        { ...dotAiVocabulary, ephemeral: false, posthog: ${JSON.stringify(received.posthog)} },
        { clock: () => now + performance.now(), timing: { tick: 5, startSpread: 1 } },
      );
      console.log(process.pid);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await analytics.close();`;
    const args = ['--input-type=module', '-e', source];
    const child = spawn(process.execPath, args, { cwd: ROOT, env: home.env, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const pid = (await createInterface(child.stdout)[Symbol.asyncIterator]().next()).value;
    await until(() => /^State:\tT/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')), 'the stop');
    unlinkSync(claim); // another process reclaimed the report meanwhile, and sends it
    const mine = publishClaim(home.paths, DAY);
    if (mine === undefined) throw new Error('not claimed');
    child.kill('SIGCONT');
    expect(await ended).toBe(0);
    expect(holds(home.paths, mine)).toBe(true);
    expect(existsSync(reportPath(home.paths.sending, DAY))).toBe(true);
    expect(received.requests).toEqual([]);
    removeClaim(home.paths, mine);
  },
);
