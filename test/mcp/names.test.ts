import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { createAnalytics } from '../../src/index.js';
import { instrument } from '../../src/mcp/index.js';
import { countedRows } from '../support/counted.js';
import { testHome } from '../support/home.js';

const declared = { tools: ['get-sum', 'get_tiny_image'], features: ['code-review', 'summary'] } as const;
const canonical = { tools: ['get_sum', 'get_tiny_image'], features: ['code_review', 'summary'] };

test.each(['v1', 'v2'])('hyphens and prompts, SDK %s', async (sdk) => {
  const home = testHome({ analytics: true });
  const analytics = createAnalytics({ ...declared, ephemeral: false }, { env: home.env });
  const info = { name: 's', version: '1' };
  const server = instrument(sdk === 'v1' ? new McpServer(info) : (new McpServerV2(info) as never), analytics);
  const answer = async () => ({ content: [{ type: 'text' as const, text: 'x' }] });
  for (const name of ['get-sum', 'get-tiny-image', 'undeclared-tool']) server.registerTool(name, {}, answer);
  const prompt = async () => ({ messages: [] });
  for (const name of ['code-review', 'undeclared']) server.registerPrompt(name, {}, prompt);
  server.registerPrompt('summary', {}, () => {
    throw new Error('x');
  });
  const client = new Client({ name: 'c', version: '1' });
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(mine as never), client.connect(theirs)]);
  onTestFinished(() => client.close());

  for (const name of ['get-sum', 'get-tiny-image', 'undeclared-tool']) await client.callTool({ name });
  for (const name of ['code-review', 'code-review', 'undeclared']) await client.getPrompt({ name });
  await client.getPrompt({ name: 'summary' }).catch(() => {});
  await client.getPrompt({ name: 'missing' }).catch(() => {});
  analytics.feature('code-review');
  await analytics.run('get-sum', async () => ({}));
  const rows = countedRows(home.paths, canonical);
  const uses = rows.filter(({ event }) => event === 'feature_usage').map(({ properties }) => properties);
  expect(uses).toEqual([{ feature: 'code_review', uses: 3 }]);
  const tools = rows.filter(({ event }) => event === 'tool_usage').map(({ properties }) => properties);
  expect(Object.fromEntries(tools.map(({ tool, invocations }) => [tool, invocations]))).toEqual({
    get_sum: 2,
    get_tiny_image: 1,
    other: 1,
  });
  await analytics.close();
});

test('P3: two names that differ only by - and _ are one name, which cannot be declared twice', () => {
  const twice = { tools: ['a-b', 'a_b'], features: [] };
  expect(() => createAnalytics(twice, { env: testHome().env })).toThrow(/declared twice/);
});

test('a canceled prompt is forgotten: the answer to another request with its id counts nothing', async () => {
  const home = testHome({ analytics: true });
  const analytics = createAnalytics({ ...declared, ephemeral: false }, { env: home.env });
  const server = instrument(new McpServer({ name: 's', version: '1' }), analytics);
  let entered = () => {};
  const isEntered = new Promise<void>((resolve) => {
    entered = resolve;
  });
  server.registerPrompt('summary', {}, (extra) => {
    entered();
    return new Promise((resolve) => {
      extra.signal.addEventListener('abort', () => resolve({ messages: [] }));
    });
  });
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(mine);
  onTestFinished(() => server.close());
  const answered = new Promise<unknown>((resolve) => {
    theirs.onmessage = resolve;
  });
  await theirs.start();

  await theirs.send({ jsonrpc: '2.0', id: 7, method: 'prompts/get', params: { name: 'summary' } });
  await isEntered;
  await theirs.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } });
  await theirs.send({ jsonrpc: '2.0', id: 7, method: 'ping' });
  expect(await answered).toMatchObject({ id: 7, result: {} });
  expect(countedRows(home.paths, canonical).filter(({ event }) => event === 'feature_usage')).toEqual([]);
  await analytics.close();
});
