import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, onTestFinished, test } from 'vitest';
import { testHome } from '../support/home.js';
import { previewed } from '../support/previewed.js';
import { ROOT } from '../support/processes.js';
import { runReadme } from '../support/readme.js';

test.each(['auto', 'legacy'] as const)('one connection is one session (%s)', async (mode) => {
  const home = testHome({ analytics: true });
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  const args = [`${ROOT}examples/sdk-v2-stdio/server.mjs`];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env: home.env as never }));
  onTestFinished(() => client.close());
  const call = (name: string, values = {}) => client.callTool({ name, arguments: values }).catch(() => undefined);

  const said = await call('echo', { message: 'hello' });
  expect(said?.content).toEqual([{ type: 'text', text: 'hello' }]);
  await call('divide', { by: 0 });
  await call('divide', { by: 'two' });
  await call('no_such_tool');
  await call('divide', { by: 2 });
  await call('version');

  expect(await previewed(home.env)).toEqual({
    tools: {
      echo: { invocations: 1, successes: 1 },
      divide: { invocations: 3, successes: 1, failures: 2, failures_internal: 1, failures_validation: 1 },
      other: { invocations: 1, failures: 1, failures_mcp_protocol: 1 },
      version: { invocations: 1, successes: 1 },
    },
    steps: {
      'start > echo': 1,
      'echo > divide': 1,
      'divide > divide': 1,
      'divide > other': 1,
      'other > divide': 1,
      'divide > version': 1,
    },
    sessions: { sessions_4_to_5_tools: 1 },
    features: {},
    providers: {},
  });
});

test('its README works as written', async () => {
  const { code, stdout, stderr } = await runReadme('sdk-v2-stdio', testHome().folder);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('divide   1 call; 1 failed (1 internal)');
});
