import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import { homeIn } from '../../src/platform/home.js';
import { report } from '../support/attack.js';
import { countedTool } from '../support/counted.js';
import { checkingDestination } from '../support/destination.js';
import { testHome } from '../support/home.js';
import { ROOT, run } from '../support/processes.js';
import { vocabulary } from '../support/tracker.js';

const canMount = (await run('unshare', ['--mount', 'true']).catch(() => ({ code: 1 }))).code === 0;
if (!canMount) process.stderr.write('SKIPPED: nothing can be mounted, so no pod is imitated\n');

const CALLS = 7;

/** A server as one runs it in a pod: it counts, says so, and ends on SIGTERM after `close()`. */
const SERVER = `
  import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
  const now = Date.parse(process.env.NOW) - performance.now();
  const posthog = { host: process.env.HOST, key: 'phc_test' };
  const analytics = createAnalytics(
    { ...dotAiVocabulary, posthog },
    { clock: () => now + performance.now(), timing: { tick: 10, startSpread: 1, interval: 50 } },
  );
  process.on('SIGTERM', async () => { await analytics.close(); process.exit(0); });
  const session = analytics.session();
  for (let call = 0; call < Number(process.env.CALLS); call += 1) await session.run('query', async () => {});
  console.log('ready');
  setInterval(() => {}, 1000);`;

interface Pod {
  readonly host: string;
  /** The volume's folder; undefined where nothing is mounted. */
  readonly volume?: string;
  readonly now?: string;
  readonly calls?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts a server in a pod with a read-only root file system, and ends it once it has answered its calls. */
async function pod(
  { host, volume, now = '2026-11-23T10:00:00Z', calls = CALLS, env = { DOT_AI_ANALYTICS: 'true' } }: Pod,
  end: 'SIGTERM' | 'SIGKILL',
  afterMs = 0,
) {
  const home = testHome();
  const folder = join(home.folder, '.dot-ai');
  mkdirSync(folder);
  const mounts = [
    `mount --bind ${home.folder} ${home.folder}`,
    ...(volume === undefined ? [] : [`mount --bind ${volume} ${folder}`]),
    `mount -o remount,ro,bind ${home.folder}`,
    'exec "$@"',
  ];
  const args = [
    '--mount',
    'sh',
    '-c',
    mounts.join(' && '),
    '--',
    process.execPath,
    '--input-type=module',
    '-e',
    SERVER,
  ];
  const whole = {
    ...home.env,
    ...env,
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
    HOST: host,
    NOW: now,
    CALLS: String(calls),
  };
  const child = spawn('unshare', args, { cwd: ROOT, env: whole, stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000 });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  for await (const line of createInterface(child.stdout)) {
    if (line !== 'ready') continue;
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const from = performance.now();
    child.kill(end);
    const code = await ended;
    return { code, stderr, seconds: (performance.now() - from) / 1000 };
  }
  return { code: await ended, stderr, seconds: Number.NaN };
}

const invocations = (bodies: readonly { body: Buffer }[]) =>
  bodies
    .flatMap(({ body }) => JSON.parse(body.toString()).batch)
    .filter(({ event }) => event === 'tool_usage')
    .map(({ timestamp, properties }) => `${timestamp.slice(0, 10)} ${properties.tool} ${properties.invocations}`);

describe.runIf(canMount)('P7: a pod with a read-only root file system', () => {
  test('nothing mounted, SIGTERM: all is sent, well within the 30 s of grace', async () => {
    const received = await checkingDestination();
    const { code, stderr, seconds } = await pod({ host: received.posthog.host }, 'SIGTERM');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(invocations(received.requests)).toEqual(['2026-11-23 query 7']);
    expect(seconds).toBeLessThan(5);
    report('pod, nothing mounted, SIGTERM', { counted: CALLS, sent: CALLS, lost: 0 });
  });

  test('nothing mounted, SIGTERM, and the destination is dead: lost, and the pod ends in time', async () => {
    const received = await checkingDestination();
    received.respondWith(() => {}); // never answers
    const { code, stderr, seconds } = await pod({ host: received.posthog.host }, 'SIGTERM');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(seconds).toBeLessThan(5);
  });

  test('nothing mounted, SIGKILL: the counts of the pod’s day are lost, as stated', async () => {
    const received = await checkingDestination();
    await pod({ host: received.posthog.host }, 'SIGKILL');
    expect(received.requests).toEqual([]);
    report('pod, nothing mounted, SIGKILL', { counted: CALLS, sent: 0, lost: CALLS });
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'a volume mounted, %s: nothing is lost; the next pod sends it when the day is over',
    async (end) => {
      const volume = testHome().folder;
      const received = await checkingDestination();
      await pod({ host: received.posthog.host, volume }, end);
      expect(received.requests).toEqual([]); // the volume outlives the pod, so the day goes on
      expect(countedTool(homeIn(volume), vocabulary, 'query')).toEqual({ invocations: 7, successes: 7 });
      await pod({ host: received.posthog.host, volume, calls: 4 }, end);
      await pod({ host: received.posthog.host, volume, calls: 0, now: '2026-11-24T10:00:00Z' }, 'SIGTERM', 1_500);
      expect(invocations(received.requests)).toEqual(['2026-11-23 query 11']);
      report(`pod, volume mounted, ${end}`, { counted: 11, sent: 11, lost: 0 });
    },
  );

  test.each([true, false])('a mounted config.json decides: analytics %s', async (analytics) => {
    const volume = testHome().folder;
    writeFileSync(join(volume, 'config.json'), JSON.stringify({ analytics }));
    const received = await checkingDestination();
    const { code } = await pod({ host: received.posthog.host, volume, env: {} }, 'SIGTERM');
    expect(code).toBe(0);
    const counted = countedTool(homeIn(volume), vocabulary, 'query');
    expect(counted).toEqual(analytics ? { invocations: 7, successes: 7 } : undefined);
  });
});
