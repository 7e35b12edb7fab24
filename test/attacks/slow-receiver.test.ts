import { expect, test } from 'vitest';
import { setAnalytics } from '../../src/core/control/set-analytics.js';
import { report } from '../support/attack.js';
import { testHome } from '../support/home.js';
import { run, runScript } from '../support/processes.js';
import { putReport } from '../support/reports.js';
import { slowReceiver } from '../support/slow-receiver.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const hasTools = await Promise.all([run('python3', ['-V']), run('openssl', ['version'])]).then(
  (results) => results.every(({ code }) => code === 0),
  () => false,
);
if (!hasTools) process.stderr.write('SKIPPED: the slow receiver needs python3 and openssl\n');

/** A server that sends what waits. It runs until its attempt has ended. */
const sender = (posthog: object) => `
  import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
  const now = Date.parse('2026-11-23T10:00:00Z') - performance.now();
  const analytics = createAnalytics(
    { ...dotAiVocabulary, ephemeral: false, posthog: ${JSON.stringify(posthog)} },
    { clock: () => now + performance.now(), timing: { tick: 5, startSpread: 1 } },
  );
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await analytics.close();`;

test.runIf(hasTools).each(['http', 'https'] as const)(
  'P10: over %s, no byte arrives after disable returned',
  async (scheme) => {
    const home = testHome({ analytics: true });
    const receiver = await slowReceiver(scheme);
    await putReport(home, '2026-11-21');
    const posthog = { host: receiver.host, key: 'phc_test' };
    const server = runScript(sender(posthog), { env: { ...home.env, ...receiver.env } });
    await receiver.isConnected;
    await sleep(150); // the request is written, and nobody has read it
    await setAnalytics(false, { env: home.env });
    const { before, after } = await receiver.finish();
    expect(await server).toMatchObject({ code: 0, stderr: '' });
    report('slow receiver', { scheme, bytesBefore: before, bytesAfter: after });
    expect(before).toBeGreaterThan(1_000); // the greeting of TLS, and the request or its beginning
    expect(after).toBe(0);
  },
);
