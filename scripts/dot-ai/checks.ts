// What an embedded dot-ai does, seen by its clients, its operator and whoever receives.
import { setTimeout as sleep } from 'node:timers/promises';
import { isEphemeral } from '../../src/platform/ephemeral.js';
import { homeIn } from '../../src/platform/home.js';
import { type MemoryDestination, memoryDestination } from '../../src/testing/index.js';
import { NotChecked } from '../check/run.js';
import { expect } from './chart.js';
import { countsIn, previewed, runCli } from './counts.js';
import { callRest, connect, type Installation, newInstallation, type Running, startServer } from './server.js';
import { oauthToken, type Surroundings } from './surroundings.js';

/** What every check needs. */
export interface Setting {
  readonly checkout: string;
  readonly work: string;
  readonly surroundings: Surroundings;
  /** Receives the events of dot-ai's other telemetry. */
  readonly telemetry: MemoryDestination;
}

const LONG_INTENT = 'deploy a database '.repeat(10);
const stage = (name: string) => ({ stage: name, solutionId: 'sol-of-nobody' });

/** An installation with its own recipient; its server; what arrives. */
async function open(setting: Setting, more: NodeJS.ProcessEnv) {
  const received = await memoryDestination();
  const env = {
    ...setting.telemetry.env,
    DOT_AI_ANALYTICS_HOST: received.posthog.host,
    DOT_AI_ANALYTICS_KEY: received.posthog.key,
    ...more,
  };
  const installation = newInstallation(setting.work, setting.surroundings, env);
  setting.surroundings.mode = 'answers';
  const server = await startServer(setting.checkout, installation);
  return { installation, server, received };
}

const ON = { DOT_AI_ANALYTICS: 'true' };

/** Off: one hint in two sessions and REST; then a person enables it, without a restart. */
export async function hintAndStatusLine(setting: Setting): Promise<string> {
  const { installation, server, received } = await open(setting, {});
  const about = async () => JSON.parse(await (await callRest(server, 'version')).text()).data.result;
  const off = await about();
  const sessions = await Promise.all([connect(server), connect(server)]);
  const answers = [];
  for (const session of [...sessions, ...sessions]) answers.push(await session.call('version'));
  const hints = answers.filter((texts) => texts.length === 2).map((texts) => texts[1]);
  expect(hints.length === 1, `the hint was shown ${hints.length} times`);
  await runCli(setting.checkout, installation, 'enable', '--yes');
  await sleep(1_200);
  const on = await about();
  server.kill('SIGTERM');
  await server.ended;
  await received.close();
  const lines = [off.analytics, on.analytics];
  const wanted = [
    'Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)',
    'Analytics: enabled (anonymous usage data)',
  ];
  expect(JSON.stringify(lines) === JSON.stringify(wanted), `version says ${lines.join(' | ')}`);
  expect(/^Telemetry: enabled/.test(off.telemetry), `version says ${off.telemetry}`);
  return `"${hints[0]}"`;
}

export async function sessionsAndRest(setting: Setting): Promise<string> {
  const { installation, server, received } = await open(setting, ON);
  const [a, b] = await Promise.all([connect(server), connect(server)]);
  for (const session of [a, a, b]) await session.call('version');
  await callRest(server, 'version');
  await callRest(server, 'projectSetup', { step: 'nothing' });
  const { tools, sessions, providers } = await previewed(setting.checkout, installation);
  server.kill('SIGKILL');
  await received.close();
  expect(tools.version?.invocations === 4, `version was counted ${tools.version?.invocations} times, not 4`);
  expect(tools.projectSetup?.invocations === 1, 'the second tool over REST was not counted');
  expect(sessions === 2, `${sessions} sessions were counted, not 2`);
  expect(providers.custom === 4, `${providers.custom} calls of the provider were counted, not 4`);
  return '4 calls of version, 1 of projectSetup, 2 sessions, 4 calls of the provider';
}

export async function failures(setting: Setting): Promise<string> {
  const { installation, server, received } = await open(setting, ON);
  const session = await connect(server);
  const user = await connect(server, oauthToken());
  await session.call('query', { intent: 5 }); // refused by the SDK
  await session.call('no_such_tool');
  await session.call('manageKnowledge', { operation: 'search', query: 'x' }); // {"success": false}
  await user.call('recommend', stage('deployManifests')); // FORBIDDEN
  setting.surroundings.mode = 'refuses';
  await session.call('recommend', { intent: LONG_INTENT, final: true });
  await cancelledCall(session, setting.surroundings);
  const { tools, features } = await previewed(setting.checkout, installation);
  server.kill('SIGKILL');
  await received.close();
  const wanted: Record<string, Record<string, number>> = {
    query: { invocations: 1, failures: 1, failures_validation: 1 },
    other: { invocations: 1, failures: 1, failures_mcp_protocol: 1 },
    manageKnowledge: { invocations: 1, failures: 1, failures_operation: 1 },
    recommend: { invocations: 2, failures: 2, failures_authorization: 1, failures_ai_service: 1 },
    version: { invocations: 1, failures: 1, failures_cancelled: 1 },
  };
  for (const [tool, row] of Object.entries(wanted))
    expect(isSame(tools[tool], row), `${tool}: ${JSON.stringify(tools[tool])}, not ${JSON.stringify(row)}`);
  expect(Object.keys(features).length === 0, 'a stage that was refused is counted as used');
  return 'validation, mcp_protocol, operation, authorization, ai_service, cancelled';
}

async function cancelledCall({ call }: Awaited<ReturnType<typeof connect>>, surroundings: Surroundings): Promise<void> {
  const { abort, done } = hangingCall(surroundings, (signal) => call('version', {}, signal));
  await surroundingsAsked(surroundings);
  abort();
  await done;
  await sleep(300);
}

/** A call that stays in flight, because the provider does not answer. */
function hangingCall(surroundings: Surroundings, call: (signal: AbortSignal) => Promise<unknown>) {
  surroundings.mode = 'hangs';
  surroundings.asked = 0;
  const controller = new AbortController();
  return { abort: () => controller.abort(), done: call(controller.signal).catch(() => undefined) };
}

async function surroundingsAsked(surroundings: Surroundings): Promise<void> {
  for (let tries = 0; surroundings.asked === 0 && tries < 100; tries += 1) await sleep(50);
  expect(surroundings.asked > 0, 'the provider was not asked');
}

/** A solution that does not exist is looked for twice: once, and once more by the retry. */
export async function stageUnderRetry(setting: Setting): Promise<string> {
  const { installation, server, received } = await open(setting, ON);
  const session = await connect(server);
  for (const name of ['chooseSolution', 'answerQuestion:required', 'generateManifests', 'deployManifests'])
    await session.call('recommend', stage(name));
  await session.call('recommend', { ...stage('pushToGit'), repoUrl: 'https://github.com/a/b', targetPath: 'c/' });
  const { tools, features } = await previewed(setting.checkout, installation);
  server.kill('SIGKILL');
  await received.close();
  const wanted = { chooseSolution: 1, answerQuestion: 1, generateManifests: 1, deployManifests: 1, pushToGit: 1 };
  expect(isSame(features, wanted), JSON.stringify(features));
  expect(tools.recommend?.invocations === 5, JSON.stringify(tools.recommend));
  return `${JSON.stringify(features)}; ${tools.recommend?.failures} of 5 failed, each after one retry`;
}

/** As in a pod without a volume: what was counted leaves first, and the call in flight is counted too. */
export async function sigtermInFlight(setting: Setting): Promise<string> {
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
  const { done } = hangingCall(setting.surroundings, () => session.call('version'));
  await surroundingsAsked(setting.surroundings);
  const { sentMs, endedMs } = await terminate(server, received);
  await done;
  const { tools } = countsIn(received.requests.map(({ body }) => body.toString()).slice(0, 1));
  const later = countsIn(received.requests.map(({ body }) => body.toString()).slice(1)).tools;
  const verified = await runCli(setting.checkout, installation, 'sent', '--verify');
  await received.close();
  expect(sentMs <= 1_000, `the report arrived ${Math.round(sentMs)} ms after SIGTERM`);
  expect(isSame(tools.version, { invocations: 1, successes: 1 }), JSON.stringify(tools));
  expect(isSame(later.version, { invocations: 1, failures: 1, failures_cancelled: 1 }), JSON.stringify(later));
  return `sent after ${Math.round(sentMs)} ms, ended after ${Math.round(endedMs)} ms; sent --verify: ${verified.trim().split('\n').at(-1)}`;
}

async function terminate({ kill, ended }: Running, { requests }: MemoryDestination) {
  const from = performance.now();
  kill('SIGTERM');
  while (requests.length === 0 && performance.now() - from < 10_000) await sleep(5);
  const sentMs = performance.now() - from;
  const code = await Promise.race([ended, sleep(30_000, 'still running')]);
  expect(code === 0, `30 s after SIGTERM: ${code}`);
  return { sentMs, endedMs: performance.now() - from };
}

export async function killNine(setting: Setting): Promise<string> {
  const { installation, server, received } = await open(setting, ON);
  const session = await connect(server);
  const CALLS = 50;
  for (let call = 0; call < CALLS; call += 1)
    await session.call('manageKnowledge', { operation: 'search', query: 'x' });
  server.kill('SIGKILL');
  await server.ended;
  const { tools } = await previewed(setting.checkout, installation);
  await received.close();
  const counted = tools.manageKnowledge?.invocations;
  expect(counted === CALLS, `${counted} of ${CALLS} calls were counted`);
  return `${counted} of ${CALLS}`;
}

function isSame(a: Readonly<Record<string, unknown>> | undefined, b: Readonly<Record<string, unknown>>): boolean {
  const sorted = (value: object) => JSON.stringify(Object.entries(value).sort());
  return a !== undefined && sorted(a) === sorted(b);
}

export type { Installation };
