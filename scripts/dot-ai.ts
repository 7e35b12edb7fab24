// npm run dot-ai -- PATH [--quick]: embeds the library in a copy of a checkout of dot-ai, and checks that everything
// works. The checkout needs its node_modules. --quick leaves out dot-ai's own unit tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { memoryDestination } from '../src/testing/index.js';
import { NotChecked, output } from './check/run.js';
import { renderChart } from './dot-ai/chart.js';
import { embedAndInstall, prepare } from './dot-ai/checkout.js';
import { failures, hintAndStatusLine, killNine, sessionsAndRest, stageUnderRetry } from './dot-ai/checks.js';
import { killAll } from './dot-ai/server.js';
import type { Setting } from './dot-ai/setting.js';
import { sigtermDuringMcp, sigtermDuringRest } from './dot-ai/sigterm.js';
import { startSurroundings } from './dot-ai/surroundings.js';
import { compareUnitTests } from './dot-ai/unit-tests.js';

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
const [path] = positionals;
if (path === undefined) {
  console.error('Usage: npm run dot-ai -- PATH-OF-CHECKOUT [--quick]');
  process.exit(2);
}

let failed = 0;

/** Prints one line. A check that has no answer here is not a failure, and is not silent either. */
async function check(what: string, work: () => Promise<string | undefined>): Promise<boolean> {
  try {
    console.log(`ok       ${what}: ${(await work()) ?? 'yes'}`);
    return true;
  } catch (error) {
    const isUnknown = error instanceof NotChecked;
    if (!isUnknown) failed += 1;
    console.log(`${isUnknown ? 'SKIPPED ' : 'FAILED  '} ${what}: ${(error as Error).message}`);
    return false;
  }
}

async function main(work: string): Promise<void> {
  const checkouts = await prepare(resolve(path as string), work);
  const checkout = checkouts.embedded;
  console.log(`dot-ai ${checkouts.commit}, Node ${process.version}`);
  const isEmbedded = await check('embeds', () => embedAndInstall(checkouts, work));
  const npm = (...args: string[]) => output('npm', args, { cwd: checkout });
  const isBuilt = isEmbedded && (await check('lints and builds', () => npm('run', 'build').then(() => undefined)));
  await check('the chart renders', () => renderChart(checkouts));
  if (!isBuilt) return;
  const surroundings = await startSurroundings();
  const telemetry = await memoryDestination();
  const setting: Setting = { checkout, work, surroundings, telemetry };
  const checks: [string, (setting: Setting) => Promise<string>][] = [
    ['starts without a cluster; one hint over HTTP; status line in both states', hintAndStatusLine],
    ['two MCP sessions and REST are counted', sessionsAndRest],
    ['failures are in the right categories', failures],
    ['a stage counts once under retry', stageUnderRetry],
    ['SIGTERM with an MCP call in flight', sigtermDuringMcp],
    ['SIGTERM with a REST call in flight', sigtermDuringRest],
    ['counted after kill -9', killNine],
  ];
  for (const [what, run] of checks) await check(what, () => run(setting));
  surroundings.close();
  await telemetry.close();
  await check("dot-ai's unit tests, with and without", async () => {
    if (values.quick) throw new NotChecked('--quick');
    return compareUnitTests(checkouts);
  });
}

const work = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-real-'));
try {
  await main(work);
} catch (error) {
  failed += 1;
  console.log(`FAILED   ${(error as Error).message}`);
} finally {
  killAll();
  rmSync(work, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
