import { expect, onTestFinished, test } from 'vitest';
import { type Destination, resolveDestination } from '../../src/core/consent/destination.js';
import { createGate } from '../../src/core/consent/gate.js';
import { setAnalytics } from '../../src/core/control/set-analytics.js';
import { deliver } from '../../src/core/deliver/delivery.js';
import { fixedClock } from '../../src/testing/index.js';
import { report } from '../support/attack.js';
import { testHome } from '../support/home.js';
import { run } from '../support/processes.js';
import { putReport } from '../support/reports.js';
import { slowReceiver } from '../support/slow-receiver.js';
import { vocabulary } from '../support/tracker.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const hasTools = await Promise.all([run('python3', ['-V']), run('openssl', ['version'])]).then(
  (results) => results.every(({ code }) => code === 0),
  () => false,
);
if (!hasTools) process.stderr.write('SKIPPED: the slow receiver needs python3 and openssl\n');

test.runIf(hasTools).each(['http', 'https'] as const)(
  'P10: over %s, no byte arrives after disable returned',
  async (scheme) => {
    trustAnyone();
    const home = testHome({ analytics: true });
    const receiver = await slowReceiver(scheme);
    await putReport(home, '2026-11-21');
    const { destination } = resolveDestination({}, undefined, { host: receiver.host, key: 'phc_test' });
    const pass = deliver({
      home: home.paths,
      gate: createGate(home.env, home.paths),
      destination: destination as Destination,
      vocabulary,
      clock: fixedClock('2026-11-23T02:00:00Z'),
      signal: new AbortController().signal,
      background: false,
      lookup: 'cancellable',
    });
    await receiver.isConnected;
    await sleep(150); // the request is written, and nobody has read it
    await setAnalytics(false, { env: home.env });
    const { before, after } = await receiver.finish();
    await pass;
    report('slow receiver', { scheme, bytesBefore: before, bytesAfter: after });
    expect(after).toBe(0);
  },
);

/** The receiver's certificate is its own. */
function trustAnyone(): void {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  onTestFinished(() => {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  });
}
