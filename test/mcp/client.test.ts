import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, test } from 'vitest';
import { countedRows, countedTool } from '../support/counted.js';
import { testHome } from '../support/home.js';
import { ROOT } from '../support/processes.js';

const vocabulary = { tools: ['ok', 'fails', 'soft'], features: [] };

test.each(['v1', 'v2'] as const)(
  'a real client of SDK %s over stdio: what it gets, and what is counted',
  async (SDK) => {
    const home = testHome({ analytics: true });
    const env = { ...home.env, SDK, LEVEL: 'high', INSTRUMENT: 'yes' } as Record<string, string>;
    const server = { command: process.execPath, args: ['test/mcp/fixtures/stdio-server.mjs'], cwd: ROOT, env };
    const info = { name: 'client', version: '1' };
    const client = SDK === 'v1' ? new ClientV1(info) : new ClientV2(info);
    await (SDK === 'v1'
      ? (client as ClientV1).connect(new StdioV1(server))
      : (client as ClientV2).connect(new StdioV2(server)));
    const call = (name: string, args = {}) =>
      client.callTool({ name, arguments: args }) as Promise<{ isError?: boolean; content: unknown }>;
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('ok');
    expect((await call('ok', { x: 1 })).content).toEqual([{ type: 'text', text: 'x is 1' }]);
    expect((await call('fails')).isError).toBe(true);
    expect((await call('soft')).isError).toBeUndefined();
    await client.close();
    expect(countedTool(home.paths, vocabulary, 'ok')).toEqual({ invocations: 1, successes: 1 });
    expect(countedTool(home.paths, vocabulary, 'fails')).toEqual({ invocations: 1, failures: 1, failures_network: 1 });
    expect(countedTool(home.paths, vocabulary, 'soft')).toEqual({ invocations: 1, failures: 1, failures_operation: 1 });
    expect(countedRows(home.paths, vocabulary)).toContainEqual({
      event: 'session_usage',
      properties: { sessions_3_tools: 1 },
    });
  },
);
