import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { expect, onTestFinished, test } from 'vitest';
import { memoryDestination } from '../../src/testing/index.js';
import { report, TIMES } from '../support/attack.js';
import { testHome } from '../support/home.js';
import { cli, ROOT, run } from '../support/processes.js';
import { putReport } from '../support/reports.js';

const hasStrace = (await run('strace', ['-V']).catch(() => ({ code: 1 }))).code === 0;
if (!hasStrace) process.stderr.write('SKIPPED: strace is not installed, so no sender is stopped in its system calls\n');

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that sends what waits. It says its number first. */
const sender = (posthog: object) => `
  import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
  const now = Date.parse('2026-11-23T10:00:00Z') - performance.now();
  console.log(process.pid);
  const analytics = createAnalytics(
    { ...dotAiVocabulary, ephemeral: false, posthog: ${JSON.stringify(posthog)} },
    { clock: () => now + performance.now(), timing: { tick: 5, startSpread: 1 } },
  );
  await new Promise((resolve) => setTimeout(resolve, 700));
  await analytics.close();`;

/** Kinds of system calls that sending makes, and how many of each are stopped at most. `statx`: only of config.json. */
const CALLS = { link: 3, rename: 3, connect: 2, setsockopt: 2, writev: 2, unlink: 3, statx: 12 } as const;
type Call = keyof typeof CALLS;

test.runIf(hasStrace)(
  'P10: a sender that is stopped in any of its calls: disable names it and fails, or nothing arrives',
  { timeout: 600_000 * TIMES },
  async () => {
    const sums = { runs: 0, stopped: 0, disableFailed: 0, late: [] as string[] };
    const stopEach = async ([call, most]: [Call, number]) => {
      for (let number = 1; number <= most * TIMES; number += 1) {
        const { stopped, code, named, late } = await attack(call, number);
        sums.runs += 1;
        if (!stopped) break; // there is no such call any more
        sums.stopped += 1;
        if (late > 0) sums.late.push(`${call} ${number}: disable exited ${code}`);
        if (code === 0) expect(late, `${call} ${number}: arrived after disable`).toBe(0);
        else {
          sums.disableFailed += 1;
          expect(named, `${call} ${number}: names the process`).toBe(true);
        }
      }
    };
    await Promise.all((Object.entries(CALLS) as [Call, number][]).map(stopEach)); // they wait more than they compute
    report('stopped senders', { ...sums, late: sums.late.join() });
    expect(sums.disableFailed).toBeGreaterThan(0);
  },
);

interface Attacked {
  readonly stopped: boolean;
  /** Of `disable`. */
  readonly code: number | null;
  /** Whether its message names the process. */
  readonly named: boolean;
  /** Requests that arrived after it. */
  readonly late: number;
}

async function attack(call: Call, number: number): Promise<Attacked> {
  const home = testHome({ analytics: true });
  const received = await memoryDestination();
  onTestFinished(received.close);
  await putReport(home, '2026-11-21', received.posthog.key);
  const log = join(home.folder, 'strace.log');
  const inject = `inject=${call}:signal=SIGSTOP:when=${number}`;
  const args = ['-f', '-qq', '-o', log, '-e', `trace=${call}`, '-e', inject];
  if (call === 'statx') args.push('-P', home.paths.config);
  const child = spawn('strace', [...args, process.execPath, '--input-type=module', '-e', sender(received.posthog)], {
    cwd: ROOT,
    env: home.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number((await createInterface(child.stdout)[Symbol.asyncIterator]().next()).value);
  onTestFinished(() => signal(pid, 'SIGKILL'));
  const stopped = await isStopped(pid, child, log);
  const { code, stderr } = stopped ? await cli(['disable'], { env: home.env }) : { code: 0, stderr: '' };
  await sleep(100); // what was written before the stop is read
  const before = received.requests.length;
  await untilEnded(pid, child, `${call} ${number}`);
  await sleep(50);
  return { stopped, code, named: stderr.includes(String(pid)), late: received.requests.length - before };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {} // it has ended
}

/** Goes on after each stop: the tracer counts calls by thread, so another thread's call can stop the sender again. */
async function untilEnded(pid: number, child: ChildProcess, run: string): Promise<void> {
  const end = Date.now() + 60_000;
  while (child.exitCode === null && child.signalCode === null) {
    if (Date.now() > end) throw new Error(`${run}: the sender has not ended 60 s after it went on`);
    signal(pid, 'SIGCONT');
    await sleep(20);
  }
}

/** Whether it is stopped before it ends, by what its tracer wrote: the system shows each stop for the tracer alike. */
async function isStopped(pid: number, child: ChildProcess, log: string): Promise<boolean> {
  const end = Date.now() + 60_000;
  while (child.exitCode === null) {
    if (Date.now() > end) throw new Error(`neither stopped nor ended after 60 s: ${readFileSync(log, 'utf8')}`);
    if (new RegExp(`^${pid} +--- stopped by SIGSTOP`, 'm').test(readFileSync(log, 'utf8'))) return true;
    await sleep(5);
  }
  return false;
}
