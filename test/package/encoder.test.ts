import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { ROOT, runScript } from '../support/processes.js';

type Client = new (key: string, options: object) => { capture(event: object): void; flush(): Promise<void> };

/** The request that a client makes of events with every kind of value that a row has. */
async function requestOf(module: string): Promise<unknown> {
  const { PostHog } = createRequire(import.meta.url)(module) as { readonly PostHog: Client };
  const requests: unknown[] = [];
  const client = new PostHog('key', {
    host: 'https://encoder.invalid',
    fetch: async (url: string, { method, headers, body }: RequestInit) => {
      const { sent_at: _, ...rest } = JSON.parse(String(body));
      requests.push({ url, method, headers, body: JSON.stringify(rest) });
      return { status: 200, text: async () => '{"status":1}', json: async () => ({ status: 1 }) };
    },
    flushInterval: 0,
    flushAt: 101,
    maxBatchSize: 101,
    maxQueueSize: 102,
    fetchRetryCount: 0,
    disableGeoip: true,
    isServer: false,
    disableCompression: true,
  });
  for (let at = 1; at < 4; at += 1) {
    const uuid = `5b0e2f6e-7c7c-4a9e-9c1e-00000000000${at}`;
    client.capture({
      event: 'tool_usage',
      distinctId: uuid,
      uuid,
      timestamp: new Date('2026-11-23T12:00:00.000Z'),
      disableGeoip: true,
      properties: { tool: 'query', calls: at, first_this_week: at % 2 === 0, $process_person_profile: false, $ip: '0' },
    });
  }
  await client.flush();
  return requests;
}

test('P5: the bundled encoder makes byte for byte the request of the whole package', async () => {
  const whole = await requestOf('posthog-node');
  expect(whole).toEqual([expect.objectContaining({ url: 'https://encoder.invalid/batch/' })]);
  expect(await requestOf(`${ROOT}dist/posthog-node.cjs`)).toEqual(whole);
});

test('the encoder loads nothing of Node that it does not need, and no class of fetch', async () => {
  const { stdout } = await runScript(`
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    require('node:async_hooks');
    const before = new Set(process.moduleLoadList);
    const { PostHog } = require(${JSON.stringify(`${ROOT}dist/posthog-node.cjs`)});
    new PostHog('key', { host: 'https://encoder.invalid', fetch() {}, disableCompression: true });
    const loaded = process.moduleLoadList.filter((name) => !before.has(name));
    process.stdout.write(loaded.join());`);
  expect(stdout).toBe('');
});
