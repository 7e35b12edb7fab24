import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { isEphemeral } from '../../src/platform/ephemeral.js';
import { homeIn } from '../../src/platform/home.js';
import { memoryDestination } from '../../src/testing/index.js';
import { compile, connect, filesOf, rest, start } from '../support/dot-ai.js';
import { testHome } from '../support/home.js';
import { countsIn, previewed } from '../support/previewed.js';
import { cli } from '../support/processes.js';

const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
const canBePod = isEphemeral(POD, homeIn(join(tmpdir(), '.dot-ai')));
if (!canBePod) process.stderr.write('SKIPPED: the folder for temporary files is a mount, so no pod is imitated\n');

let folder: string;
let remove = () => {};

beforeAll(async () => {
  const files = await filesOf('embedded');
  // dot-ai itself has no feedback link; this one shows how a completed workflow would carry it.
  const stages = 'src/tools/stages.ts';
  const deployed = "return json({ success: true, solutionId, message: 'deployed' });";
  expect(files[stages]).toContain(deployed);
  const imports =
    "import { withNotice } from 'dot-ai-analytics/mcp';\nimport { analytics } from '../core/analytics';\n";
  const linked = deployed.replace('return ', 'return withNotice(').replace(');', '), analytics.feedback);');
  const withFeedback = { ...files, [stages]: imports + files[stages]?.replace(deployed, linked) };
  const compiled = await compile(withFeedback, (done) => {
    remove = done;
  });
  expect(compiled).toMatchObject({ code: 0, stdout: '' });
  folder = compiled.folder;
});
afterAll(() => remove());

async function destinationOfTest() {
  const destination = await memoryDestination();
  onTestFinished(destination.close);
  return destination;
}

/** An address where nobody listens. */
async function nobody(): Promise<string> {
  const { posthog, close } = await memoryDestination();
  await close();
  return posthog.host;
}

/** A Kubernetes API that answers when it is told to. */
async function slowCluster() {
  const answers: (() => void)[] = [];
  const server = createServer((_request, response) => {
    answers.push(() => response.end('{"items":[]}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answers };
}

const stage = (name: string, solutionId = 'sol-1') => ({ stage: name, solutionId });

test('two MCP connections and REST: all is counted as what it was, and SIGTERM ends the server', async () => {
  const home = testHome({ analytics: true });
  const server = await start(folder, {
    ...home.env,
    ...(await destinationOfTest()).env,
    AI_PROVIDER: 'anthropic_opus',
    KUBERNETES_API: await nobody(),
    DOT_AI_FEEDBACK_URL: 'https://feedback.example.com/',
    DOT_AI_FEEDBACK_PROBABILITY: '1',
  });
  const [alice, viewer] = await Promise.all([connect(server, 'alice'), connect(server, 'viewer')]);

  await alice('recommend', { intent: 'a database' });
  expect(await viewer('query', { intent: 'which pods?' })).toHaveLength(1);
  await alice('recommend', stage('chooseSolution'));
  expect(await viewer('query', { intent: ' ' })).toEqual(['an intent is needed']);
  await alice('recommend', stage('answerQuestion:required'));
  const [guessed] = await viewer('manageOrgData', { dataType: 'capabilities', operation: 'guess' });
  expect(guessed).toContain('"success":false');
  await alice('recommend', stage('generateManifests'));
  const [refused] = await viewer('recommend', stage('deployManifests'));
  expect(refused).toContain('"error":"FORBIDDEN"');
  const [deployed, note] = await alice('recommend', stage('deployManifests'));
  expect(deployed).toContain('"message":"deployed"');
  expect(note).toBe('Feedback about dot-ai is welcome at https://feedback.example.com/');
  await alice('recommend', stage('pushToGit'));
  await viewer('remediate', { issue: 'it is down' });
  await viewer('query', { intent: 5 }); // refused by the SDK, before any handler
  await viewer('no_such_tool');
  const [about = ''] = await alice('version');
  expect(JSON.parse(about)).toMatchObject({
    analytics: 'Analytics: enabled (anonymous usage data)',
    telemetry: expect.stringMatching(/^Telemetry: enabled \(.*stable cluster id; DOT_AI_TELEMETRY=false/),
  });
  expect((await rest(server, 'guest', 'query', { intent: 'which pods?' })).status).toBe(403); // before any handler
  expect((await rest(server, 'alice', 'version')).data).toMatchObject({ status: 'success' });

  expect(await previewed(home.env)).toEqual({
    tools: {
      recommend: { invocations: 7, successes: 6, failures: 1, failures_authorization: 1 },
      query: { invocations: 3, successes: 1, failures: 2, failures_validation: 2 },
      manageOrgData: { invocations: 1, failures: 1, failures_operation: 1 },
      remediate: { invocations: 1, failures: 1, failures_network: 1 },
      version: { invocations: 2, successes: 2 },
      other: { invocations: 1, failures: 1, failures_mcp_protocol: 1 },
    },
    steps: {
      'start > recommend': 1,
      'recommend > recommend': 5,
      'recommend > version': 1,
      'start > query': 1, // the viewer's; REST has no session
      'query > query': 1,
      'query > manageOrgData': 1,
      'manageOrgData > recommend': 1,
      'recommend > remediate': 1,
      'remediate > query': 1,
      'query > other': 1,
    },
    sessions: { sessions_2_tools: 1, sessions_4_to_5_tools: 1 },
    features: { chooseSolution: 1, answerQuestion: 1, generateManifests: 1, deployManifests: 1, pushToGit: 1 },
    providers: { anthropic: 3 }, // and no embeddings
  });

  const { code, ms, stderr } = await server.stop();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(ms).toBeLessThan(2_900);
});

test('a stage that is tried twice counts once, and its failure keeps the category that dot-ai gave it', async () => {
  const home = testHome({ analytics: true });
  const server = await start(folder, { ...home.env, ...(await destinationOfTest()).env });
  const call = await connect(server, 'alice');
  expect(await call('recommend', stage('generateManifests', 'sol-2'))).toEqual([
    'MCP error -32603: the provider does not answer',
  ]);
  expect(await call('recommend', stage('pushToGit', 'sol-2'))).toEqual(['MCP error -32600: the branch is protected']);
  expect(await call('recommend')).toEqual(['MCP error -32602: an intent is needed']);
  const { tools, features } = await previewed(home.env);
  expect({ tools, features }).toEqual({
    tools: {
      recommend: {
        invocations: 3,
        failures: 3,
        failures_ai_service: 1,
        failures_operation: 1,
        failures_validation: 1,
      },
    },
    features: { generateManifests: 1, pushToGit: 1 },
  });
});

test('while nobody has decided: nothing is counted, and the hint comes with the first success over MCP', async () => {
  const home = testHome();
  const server = await start(folder, home.env);
  const call = await connect(server, 'alice');
  expect(await call('manageOrgData', { dataType: 'capabilities', operation: 'guess' })).toHaveLength(1);
  const { data } = await rest(server, 'alice', 'version');
  expect(data?.analytics).toBe('Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)');
  const [, hint, ...more] = await call('version');
  expect(more).toEqual([]);
  // What the operator can do, and the words that the library adds.
  expect(hint).toContain('sets the Helm value `analytics.enabled` to true. `kubectl exec ');
  expect(hint).toMatch(/ The counts would go to https:\/\/eu\.i\.posthog\.com\. This note is shown once\.$/);
  expect(await call('version')).toHaveLength(1);
  const { stdout } = await cli(['preview', '--json'], { env: home.env });
  expect(JSON.parse(stdout).kind).toBe('example');
  expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
});

test('analytics.hint: false of the chart: the hint is never shown', async () => {
  const server = await start(folder, { ...testHome().env, DOT_AI_ANALYTICS_HINT: 'false' });
  expect(await (await connect(server, 'alice'))('version')).toHaveLength(1);
});

describe.runIf(canBePod)('in a pod without a volume', () => {
  test.each(['answers', 'never answers'])('SIGTERM sends what was counted; the destination %s', async (how) => {
    const destination = await destinationOfTest();
    if (how === 'never answers') destination.respondWith(() => {});
    // A second may be too short on a busy machine, and what was counted is lost then (docs/durability.md): try again.
    for (let tries = 0; tries < 5 && destination.requests.length === 0; tries += 1) {
      const home = testHome({ analytics: true });
      const server = await start(folder, { ...home.env, ...destination.env, ...POD });
      await (await connect(server, 'alice'))('version');
      const { code, ms, stderr } = await server.stop();
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(ms).toBeLessThan(2_900); // an attempt alone would take 3000
    }
    const { tools } = countsIn(destination.requests.map(({ body }) => body.toString()));
    expect(tools).toEqual({ version: { invocations: 1, successes: 1 } });
  });

  test('SIGTERM with a call in flight sends before the call ends; the process ends with the call and sends that too', async () => {
    const destination = await destinationOfTest();
    const cluster = await slowCluster();
    const home = testHome({ analytics: true });
    const env = { ...home.env, ...destination.env, ...POD, KUBERNETES_API: cluster.url };
    const server = await start(folder, env);
    await (await connect(server, 'alice'))('version');
    const inFlight = rest(server, 'alice', 'remediate', { issue: 'it is down' });
    await vi.waitFor(() => expect(cluster.answers).toHaveLength(1));

    const from = performance.now();
    server.terminate();
    await vi.waitFor(() => expect(destination.requests).toHaveLength(1), { timeout: 10_000, interval: 10 });
    expect(performance.now() - from).toBeLessThan(1_500); // a second, and what a busy machine adds
    expect(countsIn([`${destination.requests[0]?.body}`]).tools).toEqual({
      version: { invocations: 1, successes: 1 },
    });

    cluster.answers[0]?.();
    expect((await inFlight).status).toBe(200);
    expect(await server.ended).toBe(0);
    const [, ...later] = destination.requests.map(({ body }) => body.toString());
    expect(countsIn(later).tools).toEqual({ remediate: { invocations: 1, successes: 1 } });
  });
});
