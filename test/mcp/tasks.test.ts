import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { CallToolResultSchema, CreateTaskResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAnalytics } from '../../src/index.js';
import { instrument } from '../../src/mcp/index.js';
import { countedTool } from '../support/counted.js';
import { testHome } from '../support/home.js';
import { until } from '../support/tracker.js';

const vocabulary = { tools: ['build'], features: [] };

type Status = 'completed' | 'failed';

/** A server whose tool `build` is a task, which ends when and how the test says. */
async function taskServer() {
  const home = testHome({ analytics: true });
  const classify = (result: unknown) =>
    JSON.stringify(result).includes('quota') ? ('ai_service' as const) : undefined;
  const analytics = createAnalytics({ ...vocabulary, ephemeral: false, classify }, { env: home.env });
  const taskStore = new InMemoryTaskStore();
  const server = instrument(
    new McpServer(
      { name: 's', version: '1' },
      { taskStore, capabilities: { tools: {}, tasks: { requests: { tools: { call: {} } }, cancel: {} } } },
    ),
    analytics,
  );
  const ends: ((status: Status, text: string) => Promise<void>)[] = [];
  let endsAtOnce: [Status, string] | undefined;
  server.experimental.tasks.registerToolTask(
    'build',
    { execution: { taskSupport: 'optional' } },
    {
      async createTask({ taskStore: store }) {
        const task = await store.createTask({ ttl: 60_000, pollInterval: 5 });
        const end = (status: Status, text: string) =>
          store.storeTaskResult(task.taskId, status, {
            content: [{ type: 'text', text }],
            ...(status === 'failed' && { isError: true }),
          });
        ends.push(end);
        if (endsAtOnce !== undefined) await end(...endsAtOnce);
        return { task };
      },
      getTask: (extra) => extra.taskStore.getTask(extra.taskId),
      getTaskResult: async (extra) => (await extra.taskStore.getTaskResult(extra.taskId)) as never,
    },
  );
  const client = new Client({ name: 'c', version: '1' });
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(mine), client.connect(theirs)]);
  onTestFinished(async () => {
    await client.close();
    await analytics.close();
    taskStore.cleanup();
  });
  const begin = async () => {
    const params = { name: 'build', task: { ttl: 60_000 } };
    const { task } = await client.request({ method: 'tools/call', params }, CreateTaskResultSchema);
    return task.taskId;
  };
  return {
    client,
    begin,
    call: () => client.request({ method: 'tools/call', params: { name: 'build' } }, CallToolResultSchema),
    end: (status: Status, text = 'x') => ends.at(-1)?.(status, text),
    endAtOnce(...how: [Status, string]) {
      endsAtOnce = how;
    },
    counted: () => countedTool(home.paths, vocabulary, 'build'),
  };
}

describe('a task counts by its end', () => {
  test.each([
    ['completed', { invocations: 1, successes: 1 }],
    ['failed', { invocations: 1, failures: 1, failures_operation: 1 }],
  ] as const)('%s: nothing is counted when it is created', async (status, expected) => {
    const { begin, end, counted } = await taskServer();
    await begin();
    expect(counted()).toBeUndefined();
    await end(status);
    expect(counted()).toEqual(expected);
  });

  test('canceled by the client', async () => {
    const { client, begin, counted } = await taskServer();
    await client.experimental.tasks.cancelTask(await begin());
    expect(counted()).toEqual({ invocations: 1, failures: 1, failures_cancelled: 1 });
  });

  test('the end is counted once, however often the client asks', async () => {
    const { client, begin, end, counted } = await taskServer();
    const taskId = await begin();
    await client.experimental.tasks.getTask(taskId);
    await end('completed');
    for (let again = 0; again < 3; again += 1) {
      await client.experimental.tasks.getTask(taskId);
      await client.experimental.tasks.getTaskResult(taskId, CallToolResultSchema);
    }
    expect(counted()).toEqual({ invocations: 1, successes: 1 });
  });

  test('one that ends before its id is answered', async () => {
    const { begin, endAtOnce, counted } = await taskServer();
    endAtOnce('failed', 'x');
    await begin();
    expect(counted()).toEqual({ invocations: 1, failures: 1, failures_operation: 1 });
  });

  test('one that is under way when the connection ends is canceled', async () => {
    const { client, begin, counted } = await taskServer();
    await begin();
    await client.close();
    await until(() => counted() !== undefined);
    expect(counted()).toEqual({ invocations: 1, failures: 1, failures_cancelled: 1 });
  });

  test('P8: a client that begins tasks without end is not remembered without end', async () => {
    const { begin, end, counted } = await taskServer();
    for (let number = 0; number < 1_001; number += 1) await begin();
    expect(counted()).toBeUndefined();
    await end('completed');
    expect(counted()).toEqual({ invocations: 1, successes: 1 });
  });
});

describe('a call of such a tool without a task counts by its own result', () => {
  test.each([
    ['completed', 'x', { invocations: 1, successes: 1 }],
    ['failed', 'x', { invocations: 1, failures: 1, failures_operation: 1 }],
    ['failed', 'no quota', { invocations: 1, failures: 1, failures_ai_service: 1 }],
  ] as const)('%s, %s', async (status, text, expected) => {
    const { call, endAtOnce, counted } = await taskServer();
    endAtOnce(status, text);
    expect((await call()).content).toEqual([{ type: 'text', text }]);
    expect(counted()).toEqual(expected);
  });
});
