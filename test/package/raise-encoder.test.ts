import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryHome } from '../../src/testing/index.js';
import { ROOT, run } from '../support/processes.js';

/** A package whose client adds these properties to each event. */
function posthogNode(properties: object): string {
  const { folder, remove } = temporaryHome();
  onTestFinished(remove);
  mkdirSync(join(folder, 'posthog-node'));
  const real = JSON.stringify(`${ROOT}dist/posthog-node.cjs`);
  const put = (name: string, text: string) => writeFileSync(join(folder, 'posthog-node', name), text);
  put('package.json', '{"name": "posthog-node", "version": "9.9.9-beta.1", "main": "index.js"}');
  put(
    'index.js',
    `const { PostHog: Real } = require(${real});
     exports.PostHog = class PostHog extends Real {
       capture(event) { super.capture({ ...event, properties: { ...event.properties, ...${JSON.stringify(properties)} } }); }
     };`,
  );
  return join(folder, 'posthog-node');
}

async function raise(...args: readonly string[]) {
  const before = readFileSync(`${ROOT}package.json`, 'utf8');
  const script = ['--import', 'tsx', 'scripts/raise-encoder.ts', ...args];
  const finished = await run(process.execPath, script, { env: process.env, cwd: ROOT });
  expect(readFileSync(`${ROOT}package.json`, 'utf8')).toBe(before);
  return finished;
}

test('P3: a version of posthog-node that adds a property is refused, and the rule that it breaks is named', async () => {
  const { code, stderr } = await raise('--from', posthogNode({ $device_type: 'Server' }));
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^Refused: [\s\S]*because rows.0.properties: expected no other key/),
  });
});

test('a version whose bytes are the same is accepted, and a changed order of keys is shown', async () => {
  const same = await raise('--from', posthogNode({ $lib_version: '9.9.9-beta.1' }));
  expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining('No difference but ids and order.') });
  const moved = await raise('--from', posthogNode({ $geoip_disable: true }));
  expect(moved).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\+ .*\$geoip_disable/m) });
});

test('without a version or a folder it says how it is used', async () => {
  expect(await raise()).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage: ') });
});
