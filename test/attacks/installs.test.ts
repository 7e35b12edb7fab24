import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ReceivedRequest, temporaryHome } from '../../src/testing/index.js';
import { checkingDestination } from '../support/destination.js';
import { testHome } from '../support/home.js';
import { ROOT, run } from '../support/processes.js';

/*
 * P4: nothing that leaves depends on the installation. The same calls are made on installations that differ in all that
 * a destination could tell them apart by; what arrives must be the same but for ids and order.
 */

const SOURCE = `
  import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
  const posthog = { host: process.env.TO, key: 'phc_test' };
  const clock = () => Date.parse('2026-11-23T12:00:00Z');
  const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: true, posthog }, { clock });
  const session = analytics.session();
  for (let call = 0; call < 7; call += 1) await session.run('recommend', async () => ({}));
  analytics.provider('anthropic');
  await analytics.close();`;

/** An installed package with another posthog-node beside it, whose version is this. */
function installation(version: string): string {
  const { folder, remove } = temporaryHome();
  onTestFinished(remove);
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'dot-ai-analytics');
  mkdirSync(own, { recursive: true });
  cpSync(`${ROOT}dist`, join(own, 'dist'), { recursive: true });
  cpSync(`${ROOT}package.json`, join(own, 'package.json'));
  cpSync(`${ROOT}node_modules/posthog-node`, join(modules, 'posthog-node'), { recursive: true });
  for (const name of readdirSync(`${ROOT}node_modules/@posthog`)) {
    mkdirSync(join(modules, '@posthog'), { recursive: true });
    symlinkSync(`${ROOT}node_modules/@posthog/${name}`, join(modules, '@posthog', name));
  }
  const { version: installed } = JSON.parse(readFileSync(`${ROOT}node_modules/posthog-node/package.json`, 'utf8'));
  const files = readdirSync(join(modules, 'posthog-node'), { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((file) => /version\.(m?js|cjs)$/.test(file))) {
    const path = join(modules, 'posthog-node', name);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(installed);
    writeFileSync(path, text.replaceAll(installed, version));
  }
  writeFileSync(join(folder, 'server.mjs'), SOURCE);
  return folder;
}

/** What arrived, without ids and order. */
function normalized({ rawHeaders, body }: ReceivedRequest) {
  const { batch, ...rest } = JSON.parse(body.toString());
  const rows = batch.map(({ uuid: _, distinct_id: __, ...event }: Record<string, unknown>) => JSON.stringify(event));
  return { rawHeaders, ...rest, rows: rows.sort() };
}

const INSTALLATIONS: readonly { version: string; env: NodeJS.ProcessEnv; home: string; node?: string }[] = [
  { version: '5.70.0', env: {}, home: 'a' },
  {
    version: '5.99.123',
    home: 'a home of another name, ünïcode',
    env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Auckland', USER: 'somebody', HOSTNAME: 'a-host' },
  },
  {
    version: '6.0.0',
    home: 'c',
    env: { TZ: 'America/St_Johns', NODE_OPTIONS: '--no-warnings', POSTHOG_CAPTURE_MODE: 'v1', HTTPS_PROXY: 'http://x' },
    node: '24',
  },
];

test('P4: what leaves is the same on installations that differ in version, locale, time zone, home and environment', async () => {
  const arrived: ReturnType<typeof normalized>[] = [];
  const received = await checkingDestination();
  for (const { version, env, home, node } of INSTALLATIONS) {
    const folder = installation(version);
    const HOME = join(folder, home);
    mkdirSync(HOME);
    const whole = { ...testHome().env, ...env, HOME, DOT_AI_ANALYTICS: 'true', TO: received.posthog.host };
    const program = node === undefined ? [process.execPath] : await nodeOf(node);
    if (program === undefined) continue;
    const [command = '', ...args] = program;
    const { code, stderr } = await run(command, [...args, 'server.mjs'], { env: whole, cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    arrived.push(normalized(received.requests.at(-1) as ReceivedRequest));
  }
  expect(arrived.length).toBeGreaterThan(1);
  for (const one of arrived) expect(one).toEqual(arrived[0]);
  expect(arrived[0]?.rows.length).toBeGreaterThan(3);
});

/** The path of another Node, undefined where the registry cannot be reached. */
async function nodeOf(version: string): Promise<string[] | undefined> {
  const found = await run('npx', ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath'], {
    env: process.env,
    cwd: '/',
  });
  const path = found.stdout.trim();
  if (found.code === 0 && path !== '' && path !== process.execPath) return [path];
  process.stderr.write(`SKIPPED: Node ${version} cannot be run here, so its requests are not compared\n`);
  return undefined;
}
