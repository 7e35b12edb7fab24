import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpHandler, McpServer as McpServerV2 } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { createAnalytics } from '../../src/core/tracker/analytics.js';
import { instrument } from '../../src/mcp/index.js';
import { countedRows, countedTool } from '../support/counted.js';
import { type TestHome, testHome } from '../support/home.js';

const vocabulary = { tools: ['a', 'b', 'c'], features: [] } as const;

function trackerFor({ env }: TestHome) {
  const analytics = createAnalytics({ ...vocabulary, ephemeral: false }, { env });
  onTestFinished(() => analytics.close());
  return analytics;
}

async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> {
  const http: HttpServer = createServer(handler);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  return new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
}

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** dot-ai's way: one server object per session, made when a client initialises. */
function serveSessions(analytics: ReturnType<typeof trackerFor>, isStateless = false): Promise<URL> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  return listen(async (request, response) => {
    const known = sessions.get(String(request.headers['mcp-session-id']));
    if (known) return known.handleRequest(request, response);
    const server = instrument(new McpServerV1({ name: 's', version: '1' }, { capabilities: { tools: {} } }), analytics);
    for (const tool of ['a', 'b', 'c'])
      server.registerTool(tool, { inputSchema: { x: z.string() } }, async ({ x }) => text(`${tool} ${x}`));
    const transport = new StreamableHTTPServerTransport(
      isStateless
        ? {}
        : { sessionIdGenerator: randomUUID, onsessioninitialized: (id) => void sessions.set(id, transport) },
    );
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    await transport.handleRequest(request, response);
  });
}

async function clientV1(url: URL): Promise<ClientV1> {
  const client = new ClientV1({ name: 'c', version: '1' });
  await client.connect(new TransportV1(url) as Parameters<typeof client.connect>[0]);
  onTestFinished(() => client.close());
  return client;
}

const steps = (home: TestHome) =>
  countedRows(home.paths, vocabulary)
    .filter(({ event }) => event === 'workflow_step')
    .map(({ properties }) => `${properties.from} > ${properties.to} ${properties.count}`)
    .sort();
const sessions = (home: TestHome) =>
  countedRows(home.paths, vocabulary).find(({ event }) => event === 'session_usage')?.properties;

test('v1 over HTTP, one server object per session: sessions and steps are told apart', async () => {
  const home = testHome({ analytics: true });
  const url = await serveSessions(trackerFor(home));
  const [first, second] = await Promise.all([clientV1(url), clientV1(url)]);
  const call = (client: ClientV1, name: string) => client.callTool({ name, arguments: { x: '1' } });
  for (const name of ['a', 'b', 'c']) {
    expect((await call(first, name)).content).toEqual(text(`${name} 1`).content);
    await call(second, 'a');
  }
  expect(sessions(home)).toEqual({ sessions_1_tool: 1, sessions_3_tools: 1 });
  expect(steps(home)).toEqual(['a > a 2', 'a > b 1', 'b > c 1', 'start > a 2']);
  expect(countedTool(home.paths, vocabulary, 'a')).toEqual({ invocations: 4, successes: 4 });
});

test('v1 over HTTP without sessions: calls are counted, sessions and steps are not', async () => {
  const home = testHome({ analytics: true });
  const client = await clientV1(await serveSessions(trackerFor(home), true));
  for (const name of ['a', 'b']) await client.callTool({ name, arguments: { x: '1' } });
  expect(countedTool(home.paths, vocabulary, 'a')).toEqual({ invocations: 1, successes: 1 });
  expect(sessions(home)).toBeUndefined();
  expect(steps(home)).toEqual([]);
});

test('v2, one server object per request: calls are counted, sessions and steps are not', async () => {
  const home = testHome({ analytics: true });
  const analytics = trackerFor(home);
  const handler = createMcpHandler(() => {
    const server = instrument(new McpServerV2({ name: 's', version: '1' }, { capabilities: { tools: {} } }), analytics);
    for (const tool of ['a', 'b', 'c'])
      server.registerTool(tool, { inputSchema: z.object({ x: z.string() }) }, async ({ x }) => text(`${tool} ${x}`));
    return server;
  });
  const url = await listen(toNodeHandler(handler) as Parameters<typeof listen>[0]);
  for (const versionNegotiation of [{ mode: 'auto' }, { mode: 'legacy' }] as const) {
    const client = new ClientV2({ name: 'c', version: '1' }, { versionNegotiation });
    await client.connect(new TransportV2(url));
    for (const name of ['a', 'b'])
      expect((await client.callTool({ name, arguments: { x: '1' } })).content).toEqual(text(`${name} 1`).content);
    await client.close();
  }
  expect(countedTool(home.paths, vocabulary, 'a')).toEqual({ invocations: 2, successes: 2 });
  expect(countedTool(home.paths, vocabulary, 'b')).toEqual({ invocations: 2, successes: 2 });
  expect(sessions(home)).toBeUndefined();
  expect(steps(home)).toEqual([]);
});

test('a connection that ends in the middle of a call: cancelled', async () => {
  const home = testHome({ analytics: true });
  const analytics = trackerFor(home);
  const server = instrument(new McpServerV1({ name: 's', version: '1' }, { capabilities: { tools: {} } }), analytics);
  let entered = () => {};
  const isEntered = new Promise<void>((resolve) => {
    entered = resolve;
  });
  server.registerTool('a', {}, () => {
    entered();
    return new Promise(() => {});
  });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID });
  await server.connect(transport as Parameters<typeof server.connect>[0]);
  const url = await listen((request, response) => void transport.handleRequest(request, response));
  const client = await clientV1(url);
  const answer = client.callTool({ name: 'a' }).catch(() => 'gone');
  await isEntered;
  await client.close();
  await server.close();
  expect(await answer).toBe('gone');
  expect(countedTool(home.paths, vocabulary, 'a')).toEqual({ invocations: 1, failures: 1, failures_cancelled: 1 });
});
