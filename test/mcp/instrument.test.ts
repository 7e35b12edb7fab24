import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { ServerOptions } from '@modelcontextprotocol/sdk/server/index.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createAnalytics } from '../../src/core/tracker/analytics.js';
import { observe } from '../../src/mcp/handlers.js';
import { instrument } from '../../src/mcp/index.js';
import type { Handler } from '../../src/mcp/sdk-types.js';
import { countedRows, countedTool } from '../support/counted.js';
import { type TestHome, testHome, tree } from '../support/home.js';
import { runScript } from '../support/processes.js';

const vocabulary = { tools: ['a', 'b'], features: [] } as const;
const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

function serverFor(
  { env }: TestHome,
  options: { classify?: (result: unknown) => 'kubernetes' | undefined } = {},
  serverOptions: ServerOptions = {},
) {
  const analytics = createAnalytics({ ...vocabulary, ephemeral: false, ...options }, { env });
  const server = instrument(
    new McpServer({ name: 's', version: '1' }, { capabilities: { tools: {} }, ...serverOptions }),
    analytics,
  );
  onTestFinished(() => analytics.close());
  return { server, analytics };
}

async function connect(server: McpServer): Promise<Client> {
  const client = new Client({ name: 'c', version: '1' });
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(mine), client.connect(theirs)]);
  onTestFinished(() => client.close());
  return client;
}

const refused = () => {
  throw Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
};

describe('tools that change while the server runs', () => {
  test('updated, disabled, enabled, renamed, removed', async () => {
    const home = testHome({ analytics: true });
    const { server } = serverFor(home);
    const tool = server.registerTool('a', {}, async () => text('1'));
    const client = await connect(server);
    const call = async (name: string) => (await client.callTool({ name })).isError === true;
    tool.update({ callback: refused });
    expect(await call('a')).toBe(true);
    tool.disable();
    expect(await call('a')).toBe(true);
    tool.enable();
    tool.update({ callback: async () => text('2'), name: 'b' });
    expect(await call('b')).toBe(false);
    expect(await call('a')).toBe(true);
    expect(countedTool(home.paths, vocabulary, 'a')).toEqual({
      invocations: 3,
      failures: 3,
      failures_network: 1,
      failures_mcp_protocol: 2,
    });
    expect(countedTool(home.paths, vocabulary, 'b')).toEqual({ invocations: 1, successes: 1 });
    const gone = server.registerTool('a', {}, async () => text('3'));
    gone.remove();
    expect(await call('a')).toBe(true);
    expect(countedTool(home.paths, vocabulary, 'a')).toMatchObject({ failures_mcp_protocol: 3 });
  });

  test('task tools are observed too', async () => {
    const home = testHome({ analytics: true });
    const { server } = serverFor(home, {}, { taskStore: new InMemoryTaskStore() });
    server.experimental.tasks.registerToolTask(
      'a',
      { inputSchema: { x: z.string() }, execution: { taskSupport: 'optional' } },
      { createTask: refused, getTask: refused, getTaskResult: refused },
    );
    const client = await connect(server);
    await client.callTool({ name: 'a', arguments: { x: '1' } });
    await client.callTool({ name: 'a', arguments: {} });
    expect(countedTool(home.paths, vocabulary, 'a')).toEqual({
      invocations: 2,
      failures: 2,
      failures_network: 1,
      failures_validation: 1,
    });
  });
});

test('connecting again is a new session', async () => {
  const home = testHome({ analytics: true });
  const { server } = serverFor(home);
  for (const name of vocabulary.tools) server.registerTool(name, {}, async () => text(name));
  for (let connection = 0; connection < 3; connection += 1) {
    const client = await connect(server);
    for (const name of vocabulary.tools) await client.callTool({ name });
    await client.close();
    await server.close();
  }
  const rows = countedRows(home.paths, vocabulary);
  expect(rows).toContainEqual({ event: 'session_usage', properties: { sessions_2_tools: 3 } });
  expect(rows).toContainEqual({ event: 'workflow_step', properties: { from: 'start', to: 'a', count: 3 } });
});

test('a refused second connection does not disturb the first, and counts nothing twice', async () => {
  const home = testHome({ analytics: true });
  const { server, analytics } = serverFor(home);
  server.registerTool('a', {}, async () => text('1'));
  const client = await connect(server);
  const other = instrument(new McpServer({ name: 'o', version: '1' }, { capabilities: { tools: {} } }), analytics);
  other.registerTool('b', {}, async () => text('1'));
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  await expect(server.connect(mine)).rejects.toThrow(/[Aa]lready connected/);
  const second = new Client({ name: 'c', version: '1' });
  await Promise.all([other.connect(mine), second.connect(theirs)]);
  await second.callTool({ name: 'b' });
  await client.callTool({ name: 'a' });
  await second.close();
  expect(countedTool(home.paths, vocabulary, 'a')).toEqual({ invocations: 1, successes: 1 });
  expect(countedTool(home.paths, vocabulary, 'b')).toEqual({ invocations: 1, successes: 1 });
});

test('a transport that says late that it is closed cancels no call of the connection after it', async () => {
  const home = testHome({ analytics: true });
  const { server } = serverFor(home);
  let finish = () => {};
  server.registerTool('a', {}, async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    return text('1');
  });
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  const listeners: (() => void)[] = [];
  Object.defineProperty(mine, 'onclose', {
    get: () => listeners.at(-1),
    set: (listener: () => void) => void listeners.push(listener),
  });
  const first = new Client({ name: 'c', version: '1' });
  await Promise.all([server.connect(mine), first.connect(theirs)]);
  await first.close();
  const answer = (await connect(server)).callTool({ name: 'a' });
  await new Promise((resolve) => setTimeout(resolve, 20)); // it is under way
  listeners[0]?.(); // the adapter's own; the SDK's comes after it
  finish();
  await answer;
  expect(countedTool(home.paths, vocabulary, 'a')).toEqual({ invocations: 1, successes: 1 });
});

test('nameOf gives the declared name of a tool; if it throws the call is answered and not counted', async () => {
  const home = testHome({ analytics: true });
  const analytics = createAnalytics({ tools: ['get_sum'], features: [], ephemeral: false }, { env: home.env });
  onTestFinished(() => analytics.close());
  const nameOf = (tool: string) => (tool === 'odd' ? refused() : tool.replaceAll('-', '_'));
  const server = instrument(new McpServer({ name: 's', version: '1' }), analytics, { nameOf });
  for (const name of ['get-sum', 'odd']) server.registerTool(name, {}, async () => text('1'));
  const client = await connect(server);
  for (const name of ['get-sum', 'odd']) expect(await client.callTool({ name })).toEqual(text('1'));
  const declared = { tools: ['get_sum'], features: [] };
  expect(countedTool(home.paths, declared, 'get_sum')).toEqual({ invocations: 1, successes: 1 });
  expect(countedTool(home.paths, declared, 'other')).toBeUndefined();
});

test('classify names the category of what says isError, too', async () => {
  const home = testHome({ analytics: true });
  const { server } = serverFor(home, { classify: () => 'kubernetes' });
  server.registerTool('a', {}, async () => ({ ...text('1'), isError: true }));
  await (await connect(server)).callTool({ name: 'a' });
  expect(countedTool(home.paths, vocabulary, 'a')).toEqual({ invocations: 1, failures: 1, failures_kubernetes: 1 });
});

test('a tool that was registered before instrument() is not taken for an unknown one', async () => {
  const home = testHome({ analytics: true });
  const analytics = createAnalytics({ ...vocabulary, ephemeral: false }, { env: home.env });
  onTestFinished(() => analytics.close());
  const server = new McpServer({ name: 's', version: '1' });
  server.registerTool('a', {}, refused);
  instrument(server, analytics).registerTool('b', {}, refused);
  const client = await connect(server);
  for (const name of vocabulary.tools) await client.callTool({ name });
  expect(countedTool(home.paths, vocabulary, 'a')).toEqual({ invocations: 1, failures: 1, failures_operation: 1 });
  expect(countedTool(home.paths, vocabulary, 'b')).toEqual({ invocations: 1, failures: 1, failures_network: 1 });
});

test('P1: while off a result is not looked at once the hint is settled', async () => {
  let looked = 0;
  const { server } = serverFor(testHome({ analytics: false }), {
    classify: () => {
      looked += 1;
      return undefined;
    },
  });
  server.registerTool('a', {}, async () => text('1'));
  await (await connect(server)).callTool({ name: 'a' });
  expect(looked).toBe(0);
});

describe('P6: a handler keeps its arity, this, arguments, result and error', () => {
  const server = {
    pending: new Map([[1, { call: {} as never, tool: 'a', entered: false, saidError: false, isTask: false }]]),
  };
  const extra = { requestId: 1 };

  test.each([
    (one: unknown) => one,
    (one: unknown, two: unknown) => [one, two],
    (one: unknown, two: unknown, three: unknown) => [one, two, three],
  ])('%o', (handler) => {
    const observed = observe(handler as Handler, server);
    expect(observed.length).toBe(handler.length);
    expect(observed.name).toBe(handler.name);
  });

  test('this, arguments and results go through as they are', async () => {
    const host = {};
    const result = {};
    const promise = Promise.resolve(result);
    const seen: unknown[] = [];
    const observed = observe(function (this: unknown, ...args: unknown[]) {
      seen.push(this, ...args);
      return promise;
    }, server);
    expect(observed.call(host, 'x', extra)).toBe(promise);
    expect(seen).toEqual([host, 'x', extra]);
    expect(seen[0]).toBe(host);
    expect(await promise).toBe(result);
  });

  test.each([undefined, null, 'a string', new Error('x'), new Proxy({}, { get: refused })])(
    'what it throws is thrown: %#',
    (thrown) => {
      const observed = observe(() => {
        throw thrown;
      }, server);
      let caught: unknown;
      try {
        observed.call(undefined, extra);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
    },
  );

  test('a result that cannot be read is returned', () => {
    const hostile = new Proxy({}, { get: refused, has: refused });
    expect(observe(() => hostile, server).call(undefined, extra)).toBe(hostile);
  });
});

describe('used wrongly, it is harmless and says so once', () => {
  const script = (body: string) => `
    import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
    import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
    import { createAnalytics } from 'dot-ai-analytics';
    import { instrument } from 'dot-ai-analytics/mcp';
    const analytics = createAnalytics({ tools: ['a'], features: [], ephemeral: false });
    const make = () => new McpServer({ name: 's', version: '1' }, { capabilities: { tools: {} } });
    ${body}
    process.stdout.write('done');`;

  test.each([
    ['twice', 'const s = make(); instrument(s, analytics); instrument(s, analytics);', 'instrumented already'],
    [
      'after tools',
      'for (let i = 0; i < 3; i += 1) { const s = make(); s.registerTool("a", {}, async () => ({})); instrument(s, analytics); }',
      'tools were registered before',
    ],
    [
      'after the handler of a low-level server',
      'const { Server } = await import("@modelcontextprotocol/sdk/server/index.js"); const { CallToolRequestSchema } = await import("@modelcontextprotocol/sdk/types.js"); const s = new Server({ name: "s", version: "1" }, { capabilities: { tools: {} } }); s.setRequestHandler(CallToolRequestSchema, async () => ({ content: [] })); instrument(s, analytics);',
      'tools were registered before',
    ],
    [
      'after connect',
      'const s = make(); await s.connect(InMemoryTransport.createLinkedPair()[0]); instrument(s, analytics);',
      'after connect()',
    ],
    [
      'on a sealed server',
      'const s = make(); Object.freeze(s.server); instrument(s, analytics);',
      'cannot be instrumented',
    ],
    ['with something else', 'instrument(make(), {});', 'not a tracker'],
    ['with a tracker that is not there yet', 'instrument(make(), undefined);', 'not a tracker'],
    [
      'with a destination that cannot be used',
      'const { dotAiVocabulary } = await import("dot-ai-analytics"); createAnalytics({ ...dotAiVocabulary, posthog: { host: "http://collector.internal:8377", key: "k" } });',
      '"posthog" cannot be used: the host is not https',
    ],
    [
      'on a framework’s object',
      'class FastMCP { addTool() {} start() {} }; for (let i = 0; i < 3; i += 1) instrument(new FastMCP(), analytics);',
      'not a server of either MCP SDK',
    ],
    ['on nothing', 'instrument(undefined, analytics);', 'not a server of either MCP SDK'],
  ])('%s', async (_name, body, warning) => {
    const home = testHome();
    const { code, stdout, stderr } = await runScript(script(body), { env: home.env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done' });
    expect(stderr.split('\n').filter((line) => line.includes('dot-ai-analytics:'))).toHaveLength(1);
    expect(stderr).toContain(warning);
    expect(tree(home.folder)).toEqual({});
  });
});

test('P6, P9: the hint never goes with a failure, with structured content, or as the first block', async () => {
  const home = testHome();
  const { server } = serverFor(home, {
    classify: (result) => (JSON.stringify(result).includes('soft') ? 'kubernetes' : undefined),
  });
  const results = {
    a: { ...text('1'), structuredContent: { n: 1 } },
    b: { content: [] },
    c: { ...text('1'), isError: true },
    d: text('soft'),
  };
  for (const [name, result] of Object.entries(results)) server.registerTool(name, {}, async () => result);
  server.registerTool('e', {}, async () => text('1'));
  const client = await connect(server);
  for (const [name, result] of Object.entries(results))
    expect((await client.callTool({ name })).content).toEqual(result.content);
  expect(((await client.callTool({ name: 'e' })).content as unknown[]).length).toBe(2);
});

test('P6, P9: a transport that fails to send gives the hint back', async () => {
  const home = testHome();
  const { server } = serverFor(home);
  server.registerTool('a', {}, async () => text('1'));
  const client = new Client({ name: 'c', version: '1' });
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  const send = mine.send.bind(mine);
  let failing = false;
  mine.send = async (message, options) => {
    if (failing && 'result' in message) throw new Error('the connection is gone');
    return send(message, options);
  };
  await Promise.all([server.connect(mine), client.connect(theirs)]);
  failing = true;
  await expect(client.callTool({ name: 'a' }, undefined, { timeout: 300 })).rejects.toThrow();
  failing = false;
  const hints = ((await client.callTool({ name: 'a' })).content as unknown[]).length;
  expect(hints).toBe(2);
  await client.close();
});
