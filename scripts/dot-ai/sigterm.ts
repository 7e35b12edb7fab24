// How an embedded dot-ai ends, as in a pod without a volume.
import { setTimeout as sleep } from 'node:timers/promises';
import { isEphemeral } from '../../src/platform/ephemeral.js';
import { homeIn } from '../../src/platform/home.js';
import type { MemoryDestination } from '../../src/testing/index.js';
import { NotChecked } from '../check/run.js';
import { countsIn, runCli } from './counts.js';
import { expect, isSame } from './expect.js';
import { callRest, connect, type Running, type Session } from './server.js';
import { hangingCall, ON, open, providerAsked, type Setting } from './setting.js';
import type { Surroundings } from './surroundings.js';

type Call = (server: Running, session: Session) => Promise<unknown>;

const OVER_MCP: Call = (_server, session) => session.call('version');
const OVER_REST: Call = (server) => callRest(server, 'version');

/** dot-ai closes the sessions, so the call ends at once, unanswered. */
export const sigtermDuringMcp = (setting: Setting): Promise<string> =>
  sigtermDuring(setting, OVER_MCP, { invocations: 1, failures: 1, failures_cancelled: 1 });

/** dot-ai waits for the call, which ends two seconds later. */
export const sigtermDuringRest = (setting: Setting): Promise<string> =>
  sigtermDuring(setting, OVER_REST, { invocations: 1, successes: 1 });

/** As in a pod without a volume: what was counted leaves first, and the call in flight is counted too. */
async function sigtermDuring(setting: Setting, call: Call, ofCall: Record<string, number>): Promise<string> {
  const pod = { ...ON, KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' };
  const { installation, server, received } = await open(setting, pod);
  const { env } = installation;
  if (!isEphemeral(env, homeIn(env.DOT_AI_CONFIG_DIR ?? ''))) {
    server.kill('SIGKILL');
    await received.close();
    throw new NotChecked('the folder for temporary files is a mount, so no pod is imitated');
  }
  const session = await connect(server);
  await session.call('version');
  const { done } = hangingCall(setting.surroundings, () => call(server, session));
  await providerAsked(setting.surroundings);
  const { sentMs, endedMs } = await terminate(server, received, setting.surroundings);
  await done;
  const [first = '', ...later] = received.requests.map(({ body }) => body.toString());
  const verified = await runCli(setting.checkout, installation, 'sent', '--verify');
  await received.close();
  const [before, after] = [countsIn([first]).tools, countsIn(later).tools];
  const copies = verified.trim().split('\n');
  expect(sentMs <= 1_000, `the report arrived ${Math.round(sentMs)} ms after SIGTERM`);
  expect(isSame(before.version, { invocations: 1, successes: 1 }), JSON.stringify(before));
  expect(isSame(after.version, ofCall), JSON.stringify(after));
  expect(copies.length === 2 && copies.every((line) => line.endsWith('intact')), verified);
  expect(setting.telemetry.requests.length > 0, "dot-ai's other telemetry sent nothing to its own recipient");
  return `sent after ${Math.round(sentMs)} ms, ended after ${Math.round(endedMs)} ms; sent --verify: 2 of 2 intact`;
}

async function terminate({ kill, ended }: Running, { requests }: MemoryDestination, surroundings: Surroundings) {
  const from = performance.now();
  kill('SIGTERM');
  while (requests.length === 0 && performance.now() - from < 10_000) await sleep(5);
  const sentMs = performance.now() - from;
  await Promise.race([ended, sleep(2_000)]);
  surroundings.release();
  const code = await Promise.race([ended, sleep(30_000, 'still running')]);
  expect(code === 0, `30 s after SIGTERM: ${code}`);
  return { sentMs, endedMs: performance.now() - from };
}
