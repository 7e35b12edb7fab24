import { existsSync, readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testHome } from '../support/home.js';
import { previewed } from '../support/previewed.js';
import { ROOT } from '../support/processes.js';
import { runReadme } from '../support/readme.js';

const EXAMPLE = `${ROOT}examples/everything`;
const ITSELF = `${EXAMPLE}/node_modules/@modelcontextprotocol/server-everything/dist/index.js`;
const isInstalled = existsSync(ITSELF);
if (!isInstalled)
  process.stderr.write('SKIPPED: npm install --prefix examples/everything was not run, so it is not counted\n');

async function connect(script: string, env: NodeJS.ProcessEnv): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { capabilities: { roots: {}, sampling: {} } });
  const server = { command: process.execPath, args: [script], env: env as never, stderr: 'ignore' as const };
  await client.connect(new StdioClientTransport(server) as never);
  onTestFinished(() => client.close());
  return client;
}

describe.runIf(isInstalled)('the reference server, as it was published', () => {
  test('its tools are counted by their names, and refusals as what they are', async () => {
    const home = testHome({ analytics: true });
    const client = await connect(`${EXAMPLE}/launch.mjs`, home.env);
    const call = (name: string, values = {}) => client.callTool({ name, arguments: values });
    expect((await call('get-sum', { a: 1, b: 2 })).content).toEqual([
      { type: 'text', text: 'The sum of 1 and 2 is 3.' },
    ]);
    await call('get-sum', { a: 1 });
    await call('echo', { message: 'hello' });
    await call('get-structured-content', { location: 'Chicago' });
    await call('no-such-tool');
    expect(await previewed(home.env)).toEqual({
      tools: {
        get_sum: { invocations: 2, successes: 1, failures: 1, failures_validation: 1 },
        echo: { invocations: 1, successes: 1 },
        get_structured_content: { invocations: 1, successes: 1 },
        other: { invocations: 1, failures: 1, failures_mcp_protocol: 1 },
      },
      steps: {
        'start > get_sum': 1,
        'get_sum > get_sum': 1,
        'get_sum > echo': 1,
        'echo > get_structured_content': 1,
        'get_structured_content > other': 1,
      },
      sessions: { sessions_4_to_5_tools: 1 },
      features: {},
      providers: {},
    });
  });

  test('its tools are declared, and listed as they are without the library', async () => {
    const declared = JSON.parse(readFileSync(`${EXAMPLE}/tools.json`, 'utf8'));
    const { tools } = await (await connect(`${EXAMPLE}/launch.mjs`, testHome().env)).listTools();
    expect(tools).toEqual((await (await connect(ITSELF, testHome().env)).listTools()).tools);
    expect(declared).toEqual(expect.arrayContaining(tools.map(({ name }) => name)));
  });

  test('its README works as written, but for what it installs', async () => {
    const { code, stdout } = await runReadme('everything', testHome().folder);
    expect(code).toBe(0);
    expect(stdout).toContain('get_sum  2 calls; 1 ok, 1 failed (1 validation)');
  });
});
