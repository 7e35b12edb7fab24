import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkingDestination } from '../../support/destination.js';
import { type TestHome, testHome, tree } from '../../support/home.js';
import { installed } from '../../support/installed.js';
import { ROOT, run } from '../../support/processes.js';

const DAY_MS = 86_400_000;
/** A day is closed from 01:00 UTC of the next one on, and these tests also run before that hour. */
const LONG_AGO_MS = DAY_MS + 2 * 3_600_000;
const CLOSED_DAY = new Date(Date.now() - LONG_AGO_MS).toISOString().slice(0, 10);

/** posthog-node as a later release could be: the text of a class that takes the place of its client. */
const RELEASES = {
  'an added property': `class extends PostHog {
    capture(event) { super.capture({ ...event, properties: { ...event.properties, $device_type: 'secret-of-host' } }); }
  }`,
  'an added key of an event': `class extends PostHog {
    constructor(key, { fetch, ...options }) {
      const withLibrary = (event) => ({ ...event, library: 'secret-of-host' });
      const edit = (body) => JSON.stringify({ ...JSON.parse(body), batch: JSON.parse(body).batch.map(withLibrary) });
      super(key, { ...options, fetch: (url, init) => fetch(url, { ...init, body: edit(init.body) }) });
    }
  }`,
  'another endpoint': `class extends PostHog {
    constructor(key, { fetch, ...options }) {
      super(key, { ...options, fetch: (url, init) => fetch(url.replace('/batch/', '/i/v1/e/'), init) });
    }
  }`,
  'a client that throws': 'class { constructor() { throw new Error("secret-of-host"); } }',
  'a pre-release version': `class extends PostHog {
    capture(event) { super.capture({ ...event, properties: { ...event.properties, $lib_version: '6.0.0-beta.1' } }); }
  }`,
};

const PROGRAM = `
  import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
  const { TO, KEY, AT, CALLS } = process.env;
  const posthog = { host: TO, key: KEY };
  const environment = { clock: () => Number(AT), timing: { tick: 5, startSpread: 0, interval: 1 } };
  const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false, posthog }, environment);
  for (let call = 0; call < Number(CALLS); call += 1) await analytics.session().run('query', async () => ({}));
  await new Promise((resolve) => setTimeout(resolve, CALLS === '0' ? 1500 : 0));
  await analytics.close();`;

/** The published package, with this in place of the copy of posthog-node in it. Undefined: the copy. */
function packageWith(release: string | undefined): string {
  const folder = installed({ 'server.mjs': PROGRAM });
  const file = join(folder, 'node_modules/dot-ai-analytics/dist/posthog-node.cjs');
  if (release === undefined) return folder;
  cpSync(`${ROOT}dist/posthog-node.cjs`, join(folder, 'real.cjs'));
  writeFileSync(
    file,
    `const { PostHog } = require(${JSON.stringify(join(folder, 'real.cjs'))});\nexports.PostHog = ${release};`,
  );
  return folder;
}

interface Server {
  readonly calls?: number;
  readonly at?: number;
}

async function serve(folder: string, { env }: TestHome, to: object, { calls = 0, at = Date.now() }: Server = {}) {
  const { host, key } = to as { host: string; key: string };
  const server = { ...env, TO: host, KEY: key, AT: String(at), CALLS: String(calls) };
  const { code, stdout, stderr } = await run(process.execPath, ['server.mjs'], { cwd: folder, env: server });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  return stderr;
}

async function command(folder: string, { env }: TestHome, ...args: string[]) {
  const bin = join(folder, 'node_modules/dot-ai-analytics/bin/dot-ai-analytics.cjs');
  const { stdout, stderr } = await run(process.execPath, [bin, ...args, '--json'], { env });
  return { ...JSON.parse(stdout), stderr: stderr.replace(/\s+/g, ' ') };
}

const spooled = ({ paths }: TestHome) => readdirSync(paths.spool).filter((name) => name.endsWith('.txt'));

describe('P3, P7: a body that may not leave is not frozen, and its counts stay', () => {
  test.each(['an added property', 'an added key of an event', 'another endpoint', 'a client that throws'] as const)(
    '%s',
    async (release) => {
      const [home, received] = [testHome({ analytics: true }), await checkingDestination()];
      const changed = packageWith(RELEASES[release]);
      expect(await serve(changed, home, received.posthog, { calls: 3, at: Date.now() - LONG_AGO_MS })).toBe('');
      const stderr = await serve(changed, home, received.posthog);
      expect(stderr).toContain(`dot-ai-analytics: the counts of ${CLOSED_DAY} are not sent, because `);
      expect(stderr.match(/DOT_AI_ANALYTICS_UNFROZEN/g)).toHaveLength(1);
      const status = await command(changed, home, 'status');
      expect(status).toMatchObject({ waiting: [], unfrozen: [{ day: CLOSED_DAY, problem: expect.any(String) }] });
      expect(status.warnings.join()).toContain(`the counts of ${CLOSED_DAY} are not sent, because`);
      const preview = await command(changed, home, 'preview');
      expect(preview.requests).toEqual([]);
      expect(preview.stderr).toContain(`the counts of ${CLOSED_DAY} are not sent, because`);
      expect(spooled(home)).toHaveLength(1);
      expect(received.requests).toEqual([]);
      expect(stderr + JSON.stringify([status, preview, tree(home.folder)])).not.toContain('secret-of-host');

      const repaired = packageWith(undefined);
      for (let tries = 0; tries < 5 && received.requests.length === 0; tries += 1)
        expect(await serve(repaired, home, received.posthog)).toBe('');
      expect(received.requests).toHaveLength(1);
      expect(String(received.requests[0]?.body)).toContain('"invocations":3');
      expect(await command(repaired, home, 'status')).toMatchObject({ unfrozen: [], waiting: [] });
      expect(spooled(home)).toEqual([]);
    },
  );

  test('a package without its encoder says so', async () => {
    const [home, received] = [testHome({ analytics: true }), await checkingDestination()];
    const folder = packageWith(undefined);
    rmSync(join(folder, 'node_modules/dot-ai-analytics/dist/posthog-node.cjs'));
    await serve(folder, home, received.posthog, { calls: 1, at: Date.now() - LONG_AGO_MS });
    expect(await serve(folder, home, received.posthog)).toContain('it cannot be encoded');
    expect(spooled(home)).toHaveLength(1);
  });

  test('a pre-release version changes nothing, because no version is sent', async () => {
    const [home, received] = [testHome({ analytics: true }), await checkingDestination()];
    const folder = packageWith(RELEASES['a pre-release version']);
    await serve(folder, home, received.posthog, { calls: 3, at: Date.now() - LONG_AGO_MS });
    for (let tries = 0; tries < 5 && received.requests.length === 0; tries += 1)
      expect(await serve(folder, home, received.posthog)).toBe('');
    expect(String(received.requests[0]?.body)).not.toContain('beta');
  });

  test('after 21 days the counts are dropped, and status and sent say so', async () => {
    const [home, received] = [testHome({ analytics: true }), await checkingDestination()];
    const folder = packageWith(RELEASES['an added property']);
    await serve(folder, home, received.posthog, { calls: 3, at: Date.now() - LONG_AGO_MS });
    await serve(folder, home, received.posthog, { at: Date.now() + 19 * DAY_MS });
    expect(spooled(home)).toHaveLength(1);
    await serve(folder, home, received.posthog, { at: Date.now() + 21 * DAY_MS });
    expect(spooled(home)).toEqual([]);
    expect(await command(folder, home, 'status')).toMatchObject({ unfrozen: [], dropped: 1, today: null });
    const { reports } = await command(folder, home, 'sent');
    expect(reports).toMatchObject([
      { day: CLOSED_DAY, outcome: 'dropped', reason: expect.stringContaining('21 days') },
    ]);
    expect(received.requests).toEqual([]);
  });

  test('P10: the note goes with the counts', async () => {
    const [home, received] = [testHome({ analytics: true }), await checkingDestination()];
    const folder = packageWith(RELEASES['an added property']);
    await serve(folder, home, received.posthog, { calls: 3, at: Date.now() - LONG_AGO_MS });
    await serve(folder, home, received.posthog);
    expect(readdirSync(home.paths.spool)).toContain(`${CLOSED_DAY}.unfrozen.json`);
    await command(folder, home, 'disable');
    expect(readdirSync(home.paths.spool)).toEqual([]);
  });
});
