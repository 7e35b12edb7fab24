import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { hintFor } from '../../src/core/tracker/hint.js';
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
  const compiled = await compile(filesOf('after'), (done) => {
    remove = done;
  });
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
  const stage = (name: string) => ({ stage: name, solutionId: 'sol-1' });

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
  await viewer('remediate', { issue: 'it is down' });
  await viewer('query', { intent: 5 }); // refused by the SDK, before anything that counts
  await viewer('no_such_tool');
  const [about = ''] = await alice('version');
  expect(JSON.parse(about).analytics).toBe('Analytics: enabled (anonymous usage data)');
  expect((await rest(server, 'guest', 'query', { intent: 'which pods?' })).status).toBe(403);
  expect((await rest(server, 'alice', 'version')).data).toMatchObject({ status: 'success' });

  expect(await previewed(home.env)).toEqual({
    tools: {
      recommend: { invocations: 6, successes: 5, failures: 1, failures_authorization: 1 },
      query: { invocations: 3, successes: 1, failures: 2, failures_validation: 1, failures_authorization: 1 },
      manageOrgData: { invocations: 1, failures: 1, failures_operation: 1 },
      remediate: { invocations: 1, failures: 1, failures_network: 1 },
      version: { invocations: 2, successes: 2 },
    },
    steps: {
      'start > recommend': 1,
      'recommend > recommend': 4,
      'recommend > version': 1,
      'start > query': 1, // the viewer's; REST has no session
      'query > query': 1,
      'query > manageOrgData': 1,
      'manageOrgData > recommend': 1,
      'recommend > remediate': 1,
    },
    sessions: { sessions_2_tools: 1, sessions_4_to_5_tools: 1 },
    features: { chooseSolution: 1, answerQuestion: 1, generateManifests: 1, deployManifests: 1 },
    providers: { anthropic: 3 },
  });

  const { code, ms, stderr } = await server.stop();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(ms).toBeLessThan(2_900);
});

test('while nobody has decided: nothing is counted, and the hint comes with the first success over MCP', async () => {
  const home = testHome();
  const server = await start(folder, home.env);
  const call = await connect(server, 'alice');
  expect(await call('manageOrgData', { dataType: 'capabilities', operation: 'guess' })).toHaveLength(1);
  const { data } = await rest(server, 'alice', 'version');
  expect(data?.analytics).toBe('Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)');
  expect(await call('version')).toEqual([expect.any(String), hintFor({ host: 'https://eu.i.posthog.com', key: '' })]);
  expect(await call('version')).toHaveLength(1);
  const { stdout } = await cli(['preview', '--json'], { env: home.env });
  expect(JSON.parse(stdout).kind).toBe('example');
  expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
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
});
