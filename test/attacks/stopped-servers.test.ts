import { type ChildProcess, spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { MAX_LOOK_AGE_MS } from '../../src/core/consent/gate.js';
import { clearData } from '../../src/core/control/clear-data.js';
import { setAnalytics } from '../../src/core/control/set-analytics.js';
import { listFolder } from '../../src/platform/files.js';
import { randomFrom } from '../../src/simulation/random.js';
import { report, SEED, TIMES } from '../support/attack.js';
import { type TestHome, testHome } from '../support/home.js';
import { ROOT } from '../support/processes.js';
import { until } from '../support/tracker.js';

/*
 * A count may use a look at config.json and at the spool file that is 50 ms old. Here servers that do nothing but count
 * are stopped (SIGSTOP) wherever they happen to be, most often in the write or between a look and the write, and go on
 * only after `disable` or `clear` has returned.
 */

const SERVERS = 4;
const ROUNDS = 6;

const SOURCE = `
  import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
  const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false });
  const tools = dotAiVocabulary.tools;
  for (let call = 0; ; call += 1) {
    await analytics.session().run(tools[call % tools.length], async () => ({}));
    if (call % 500 === 0) await new Promise(setImmediate);
  }`;

function startServers(home: TestHome): ChildProcess[] {
  const servers = Array.from({ length: SERVERS }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', SOURCE], { cwd: ROOT, env: home.env, stdio: 'ignore' }),
  );
  onTestFinished(() => {
    for (const server of servers) server.kill('SIGKILL');
  });
  return servers;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const spoolFiles = (home: TestHome) => listFolder(home.paths.spool).filter((name) => name.endsWith('.txt'));
const areCounting = (home: TestHome) => () => spoolFiles(home).length === SERVERS;

/** Stops the servers at random moments, runs the command, and lets them go on. */
async function whileStopped(servers: readonly ChildProcess[], random: () => number, command: () => Promise<unknown>) {
  for (const server of servers) {
    await sleep(random() * 3);
    server.kill('SIGSTOP');
  }
  await command();
  for (const server of servers) server.kill('SIGCONT');
}

test('P10: stopped anywhere, a server that goes on after disable returned leaves no count', async () => {
  const home = testHome({ analytics: true });
  const random = randomFrom(SEED);
  const servers = startServers(home);
  for (let round = 0; round < ROUNDS * TIMES; round += 1) {
    await until(areCounting(home), 'counting');
    await sleep(random() * 2 * MAX_LOOK_AGE_MS);
    await whileStopped(servers, random, () => setAnalytics(false, { env: home.env }));
    expect(spoolFiles(home)).toEqual([]);
    await sleep(20);
    expect(spoolFiles(home), `round ${round}, seed ${SEED}`).toEqual([]);
    await setAnalytics(true, { env: home.env });
  }
  report('stopped between look and write, disable', { stops: ROUNDS * TIMES * SERVERS, files: 0 });
});

test('a server that goes on after clear returned begins a new file', async () => {
  const home = testHome({ analytics: true });
  const random = randomFrom(SEED + 1);
  const servers = startServers(home);
  for (let round = 0; round < ROUNDS * TIMES; round += 1) {
    await until(areCounting(home), 'counting');
    await sleep(random() * 2 * MAX_LOOK_AGE_MS);
    const before = new Set(spoolFiles(home));
    await whileStopped(servers, random, () => clearData(home.env));
    await until(areCounting(home), 'counting anew');
    expect(spoolFiles(home).filter((name) => before.has(name))).toEqual([]);
  }
  report('stopped between look and write, clear', { stops: ROUNDS * TIMES * SERVERS });
});
