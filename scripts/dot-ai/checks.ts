// What an embedded dot-ai does, seen by its clients and its operator.
import { setTimeout as sleep } from 'node:timers/promises';
import { previewed, runCli } from './counts.js';
import { expect, isSame } from './expect.js';
import { callRest, connect, type Session } from './server.js';
import { hangingCall, ON, open, providerAsked, type Setting } from './setting.js';
import { oauthToken, type Surroundings } from './surroundings.js';

const LONG_INTENT = 'deploy a database '.repeat(10);
const stage = (name: string) => ({ stage: name, solutionId: 'sol-of-nobody' });

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

async function cancelledCall({ call }: Session, surroundings: Surroundings): Promise<void> {
  const { abort, done } = hangingCall(surroundings, (signal) => call('version', {}, signal));
  await providerAsked(surroundings);
  abort();
  await done;
  await sleep(300);
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
