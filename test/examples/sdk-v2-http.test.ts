import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, onTestFinished, test } from 'vitest';
import { testHome } from '../support/home.js';
import { previewed } from '../support/previewed.js';
import { ROOT } from '../support/processes.js';

async function start(env: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; url: URL }> {
  const child = spawn(process.execPath, [`${ROOT}examples/sdk-v2-http/server.mjs`], { env: { ...env, PORT: '0' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = await new Promise<URL>((resolve, reject) => {
    child.on('close', () => reject(new Error('the server did not start')));
    createInterface(child.stderr).on('line', (line) => resolve(new URL(line.replace('listening on ', ''))));
  });
  return { child, url };
}

test('calls are counted, of both protocol eras; sessions and steps are not, since there are none', async () => {
  const home = testHome({ analytics: true });
  const { child, url } = await start(home.env);
  for (const mode of ['auto', 'legacy'] as const) {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(url));
    onTestFinished(() => client.close());
    const call = (name: string, values = {}) => client.callTool({ name, arguments: values }).catch(() => undefined);
    const said = await call('echo', { message: 'hello' });
    expect(said?.content).toEqual([{ type: 'text', text: 'hello' }]);
    await call('divide', { by: 0 });
    await call('divide', { by: 'two' });
    await call('no_such_tool');
  }

  expect(await previewed(home.env)).toEqual({
    tools: {
      echo: { invocations: 2, successes: 2 },
      divide: { invocations: 4, failures: 4, failures_internal: 2, failures_validation: 2 },
      other: { invocations: 2, failures: 2, failures_mcp_protocol: 2 },
    },
    steps: {},
    sessions: {},
    features: {},
    providers: {},
  });

  const from = performance.now();
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(performance.now() - from).toBeLessThan(10_000); // it does not wait for its clients
});
