// @ts-check
// A host that goes through the life of a server once for each function of the library that is made to throw, and prints
// what it saw. Its argument is the file of a plan: { ids, also }, the numbers of these functions, and of others that
// throw in each of these lives.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

const [, , plan = ''] = process.argv;
/** @type {{ ids: number[], also: number[] }} */
const { ids, also } = JSON.parse(readFileSync(plan, 'utf8'));

/** @type {Set<number>} */
let reached = new Set();
/** @type {ReadonlySet<number>} */
let armed = new Set();
class Injected extends Error {}
Object.assign(globalThis, {
  __fault(/** @type {number} */ id) {
    reached.add(id);
    if (armed.has(id)) throw new Injected(`function ${id}`);
  },
});

/** @type {typeof import('../../../src/index.js')} */
const { createAnalytics } = (await import(new URL('cjs/index.js', import.meta.url).href)).default;
/** @type {typeof import('../../../src/mcp/index.js')} */
const { instrument } = (await import(new URL('cjs/mcp.js', import.meta.url).href)).default;
const loaded = reached;

/** @type {{ id: number, what: string }[]} */
const harm = [];
let current = -1;
const note = (/** @type {string} */ what, /** @type {unknown} */ error) =>
  harm.push({ id: current, what: `${what}: ${error instanceof Error ? error.stack : String(error)}` });
process.on('uncaughtException', (error) => note('uncaught exception', error));
process.on('unhandledRejection', (error) => note('unhandled rejection', error));

let received = 0;
const destination = createServer((request, response) => {
  request.resume().on('end', () => {
    received += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":1}');
  });
});
await new Promise((resolve) => destination.listen(0, '127.0.0.1', () => resolve(undefined)));
destination.unref();
const { port } = /** @type {import('node:net').AddressInfo} */ (destination.address());
const posthog = { host: `http://127.0.0.1:${port}`, key: 'phc_test' };

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** @param {() => boolean} holds */
async function until(holds, ms = 60) {
  for (const end = performance.now() + ms; !holds() && performance.now() < end; ) await pause(2);
}

/** What the host does itself: whatever the library does, it must not throw, and return what is expected. */
async function same(/** @type {string} */ what, /** @type {() => unknown} */ action, /** @type {unknown} */ expected) {
  try {
    const value = await action();
    if (expected !== undefined && JSON.stringify(value) !== JSON.stringify(expected))
      note(what, `returned ${JSON.stringify(value)}`);
    return value;
  } catch (error) {
    if (error !== expected) note(what, error);
    return undefined;
  }
}

const TEXT = { content: [{ type: 'text', text: 'answer' }] };
const FAILED = { content: [{ type: 'text', text: 'failed' }], isError: true };
const OPTIONS = { tools: ['ok', 'fails', 'slow'], features: ['helm'], posthog };

/** @param {import('../../../src/index.js').Analytics<string, string> | undefined} analytics */
async function serve(analytics, mayHint = false) {
  const server = new McpServer({ name: 'host', version: '1' });
  if (analytics !== undefined) await same('instrument', () => void instrument(server, analytics), undefined);
  const register = (/** @type {string} */ name, /** @type {() => any} */ handler) =>
    same('registerTool', () => server.registerTool(name, {}, handler), undefined);
  const ok = await register('ok', async () => TEXT);
  await register('sync', () => TEXT);
  await register('fails', async () => {
    throw new Error('failed');
  });
  await register('slow', () => pause(5).then(() => TEXT));
  const [a, b] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'client', version: '1' });
  await same('connect', () => Promise.all([server.connect(a), client.connect(b)]).then(() => {}), undefined);
  const call = async (/** @type {string} */ name, /** @type {object} */ expected) =>
    same(
      `tool ${name}`,
      async () => {
        /** @type {any} */
        const result = await client.callTool({ name, arguments: {} }, undefined, { timeout: 500 });
        if (mayHint && result.content.length === 2) result.content.pop();
        return result;
      },
      expected,
    );
  await call('ok', TEXT);
  await call('fails', FAILED);
  await call('slow', TEXT);
  await call('sync', TEXT);
  const abort = new AbortController();
  const cancelled = client.callTool({ name: 'slow' }, undefined, { signal: abort.signal }).catch(() => {});
  abort.abort();
  await cancelled;
  await same('update', () => void (/** @type {any} */ (ok)?.update({ callback: async () => TEXT })), undefined);
  await call('ok', TEXT);
  return { call, close: () => same('close of the server', () => client.close().then(() => server.close()), undefined) };
}

/** @param {import('../../../src/index.js').Analytics<string, string> | undefined} analytics */
async function use(analytics) {
  if (analytics === undefined) return;
  const error = new Error('of the work');
  await same('run', () => analytics.run('ok', () => 1), 1);
  await same('run', () => analytics.run('ok', async () => ({ isError: true })), { isError: true });
  const reject = async () => {
    throw error;
  };
  await same('run of a rejection', () => analytics.run('fails', reject), error);
  const fail = () => {
    throw error;
  };
  await same('run of a throw', () => analytics.run('fails', fail), error);
  const session = /** @type {any} */ (await same('session', () => analytics.session(), undefined));
  await same('run in a session', () => session?.run('ok', async () => 2), session && 2);
  await same('run in a session', () => session?.run('slow', async () => 3), session && 3);
  await same('begin', () => session?.begin('ok').end('success'), undefined);
  await same('feature', () => analytics.feature('helm'), undefined);
  await same('provider', () => analytics.provider('anthropic'), undefined);
  await same('tool', () => typeof analytics.tool('ok'), 'string');
  await same('hint', () => void analytics.hint(), undefined);
  await same('feedback', () => void analytics.feedback(), undefined);
  await same('statusLine', () => typeof analytics.statusLine(), 'string');
}

async function close(/** @type {any} */ analytics) {
  const late = 'not within 5 s';
  const first = await same('close', () => Promise.race([analytics?.close(), pause(5_000).then(() => late)]), undefined);
  if (first === late) note('close', late);
}

async function live() {
  const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-'));
  const homes = ['on', 'silent', 'gone'].map((name) => join(folder, name));
  const [on = '', silent = '', gone = ''] = homes;
  for (const home of homes) mkdirSync(join(home, '.dot-ai'), { recursive: true });
  const config = join(on, '.dot-ai', 'config.json');
  writeFileSync(config, '{"analytics": true}');
  let now = Date.parse('2026-11-22T10:00:00Z');
  const environment = (/** @type {string} */ HOME, env = {}) => ({
    env: { HOME, DOT_AI_FEEDBACK_URL: 'https://example.com', DOT_AI_FEEDBACK_PROBABILITY: '1', ...env },
    clock: () => now,
    timing: { tick: 2, startSpread: 0, interval: 4 },
  });
  const create = (/** @type {object} */ options, /** @type {object} */ surroundings) =>
    /** @type {Promise<any>} */ (
      same('createAnalytics', () => createAnalytics({ ...OPTIONS, ...options }, surroundings), undefined)
    );

  // On: counted, closed a day later, delivered, then revoked.
  const analytics = await create({ ephemeral: false, classify: () => undefined }, environment(on));
  await use(analytics);
  const server = await serve(analytics);
  const before = received;
  now += 86_400_000;
  for (let hours = 0; hours < 24 && received === before; hours += 1) {
    await until(() => received > before, 5);
    now += 3_600_000; // a report leaves within half a day of being closed
  }
  await pause(6);
  await server.call('ok', TEXT);
  writeFileSync(config, '{"analytics": false}');
  await pause(6);
  await server.call('ok', TEXT);
  await use(analytics);
  await server.close();

  // Undecided: the hint.
  const undecided = await create({}, environment(silent));
  const hinting = await serve(undecided, true);
  await use(undecided);
  await hinting.close();

  // Enabled by the environment in a folder that is not kept, and where nothing can be written: sent at the end.
  writeFileSync(join(silent, '.dot-ai', 'analytics'), 'in the way');
  const byEnvironment = { DOT_AI_ANALYTICS: 'true' };
  const memory = await create({ ephemeral: true }, environment(silent, byEnvironment));
  const ephemeral = await create({ ephemeral: true }, environment(gone, byEnvironment));
  for (const one of [memory, ephemeral]) await use(one);
  await Promise.all([analytics, undecided, memory, ephemeral].map(close));
  await pause(4);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** @type {number[]} */
const unreached = [];
for (const id of ids) {
  current = id;
  reached = new Set();
  armed = new Set(id < 0 ? also : [id, ...also]);
  const late = Symbol('late');
  const end = await Promise.race([live(), pause(6_000).then(() => late)]);
  if (end === late) note('host', 'something never ends');
  armed = new Set();
  if (id >= 0 && !reached.has(id)) unreached.push(id);
}
process.stdout.write(
  `${JSON.stringify({ harm, unreached, received, loaded: [...loaded], reached: [...reached] })}\n`,
  () => process.exit(0),
);
