import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Endpoint, toDestination } from '../../src/core/consent/destination.js';
import { createGate } from '../../src/core/consent/gate.js';
import { isInForce, lookUpRecipient } from '../../src/core/consent/look-up.js';
import type { RecipientState } from '../../src/core/consent/recipient.js';
import { setAnalytics } from '../../src/core/control/set-analytics.js';
import { deliver } from '../../src/core/deliver/delivery.js';
import { pinRecipient } from '../../src/core/deliver/pin.js';
import { createAnalytics } from '../../src/index.js';
import { countedTool } from '../support/counted.js';
import { checkingDestination } from '../support/destination.js';
import { type TestHome, testHome, tree, writeConfig } from '../support/home.js';
import { cli, runScript } from '../support/processes.js';
import { putReport } from '../support/reports.js';
import { nextLook, until, vocabulary } from '../support/tracker.js';

const DAYS = ['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'];
const environment = ({ host, key }: { readonly host: string; readonly key: string }) => ({
  DOT_AI_ANALYTICS_HOST: host,
  DOT_AI_ANALYTICS_KEY: key,
});
const pin = ({ paths }: TestHome) => JSON.parse(readFileSync(paths.recipient, 'utf8')) as Record<string, unknown>;
const status = async ({ env }: TestHome) => JSON.parse((await cli(['status', '--json'], { env })).stdout);

/** A server of a day on which all of DAYS are over; it sends without waiting long. */
function server({ env }: TestHome, posthog: Endpoint) {
  const start = Date.parse('2026-11-23T10:00:00Z') - performance.now();
  const analytics = createAnalytics(
    { ...vocabulary, ephemeral: false, posthog },
    { env, clock: () => start + performance.now(), timing: { tick: 5, startSpread: 0, interval: 20 } },
  );
  const { run } = analytics.session();
  const use = async (times = 1) => {
    for (let call = 0; call < times; call += 1) await run('query', async () => ({}));
  };
  return { analytics, use };
}

/** Two destinations that listen, and a home with waiting reports of four days. */
async function two(config: unknown = { analytics: true }) {
  const home = testHome(config);
  const [a, b] = [await checkingDestination(), await checkingDestination()];
  for (const day of DAYS) await putReport(home, day, '');
  return { home, a, b };
}

describe('P11: a named recipient', () => {
  test('the first one is pinned; a second server counts, sends it nothing, and replaces nothing', async () => {
    const { home, a, b } = await two();
    const first = server(home, a.posthog);
    await first.use();
    await until(() => a.requests.length > 0, 'a report arrives');
    expect(pin(home).pinned).toEqual(a.posthog);
    await first.analytics.close();
    const second = server(home, b.posthog);
    await second.use(2);
    await until(() => pin(home).pending !== undefined, 'the other recipient is noted');
    await new Promise((resolve) => setTimeout(resolve, 300)); // several passes of sending
    expect(countedTool(home.paths, vocabulary, 'query')?.invocations).toBe(3);
    expect(b.requests).toEqual([]);
    expect(JSON.parse(readFileSync(home.paths.server, 'utf8')).posthog).toEqual(a.posthog);
    await second.analytics.close();

    const { stdout, stderr } = await cli(['status'], { env: home.env });
    expect(stdout + stderr).toContain(a.posthog.host);
    expect(stdout + stderr).toContain(b.posthog.host);
  });

  test('enable accepts the other one, and from then on only it gets anything', async () => {
    const { home, a, b } = await two();
    const first = server(home, a.posthog);
    await until(() => a.requests.length > 0, 'a report arrives');
    await first.analytics.close();
    const second = server(home, b.posthog);
    await until(() => pin(home).pending !== undefined, 'the other recipient is noted');
    expect(b.requests).toEqual([]);
    const before = a.requests.length;
    const { code, stdout, stderr } = await cli(['enable', '--yes'], { env: home.env });
    expect({ code, shown: (stdout + stderr).includes(b.posthog.host) }).toEqual({ code: 0, shown: true });
    expect(JSON.parse(readFileSync(home.paths.config, 'utf8')).analyticsRecipient).toEqual(b.posthog);
    await until(() => b.requests.length > 0, 'a report arrives there');
    await second.analytics.close();
    const third = server(home, a.posthog);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await third.analytics.close();
    expect(a.requests).toHaveLength(before);
  });

  test('the environment of one server names the first; the others send nothing until the user accepts', async () => {
    const { home, a, b } = await two();
    const first = server({ ...home, env: { ...home.env, ...environment(a.posthog) } }, b.posthog);
    await until(() => a.requests.length > 0, 'a report arrives');
    await first.analytics.close();
    expect(pin(home).pinned).toEqual(a.posthog);
    const second = server(home, b.posthog);
    await until(() => pin(home).pending !== undefined, 'the other recipient is noted');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await second.analytics.close();
    expect(b.requests).toEqual([]);
    expect((await status(home)).destination.host).toBe(a.posthog.host);
  });

  test('a server whose environment names another one cannot take the reports elsewhere', async () => {
    const { home, a, b } = await two();
    const first = server(home, a.posthog);
    await until(() => a.requests.length > 0, 'a report arrives');
    await first.analytics.close();
    const env = { ...home.env, DOT_AI_POSTHOG_HOST: b.posthog.host, DOT_AI_POSTHOG_KEY: b.posthog.key };
    const second = server({ ...home, env }, a.posthog);
    await until(() => pin(home).pending !== undefined, 'the other recipient is noted');
    await new Promise((resolve) => setTimeout(resolve, 300));
    await second.analytics.close();
    expect(b.requests).toEqual([]);
    // With the same environment, the user accepts it for the home.
    expect((await cli(['enable', '--yes'], { env })).code).toBe(0);
    const third = server(home, a.posthog);
    const before = a.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await third.analytics.close();
    expect(a.requests).toHaveLength(before);
  });

  test('two servers race with two recipients: one of them gets everything', async () => {
    const { home, a, b } = await two();
    const source = (posthog: object) => `
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false, posthog: ${JSON.stringify(posthog)} },
        { timing: { tick: 1, startSpread: 0, interval: 1 } });
      await new Promise((resolve) => setTimeout(resolve, 700));
      await analytics.close();`;
    const servers = [a, b, a, b].map(({ posthog }) => runScript(source(posthog), { env: home.env }));
    for (const { code, stderr } of await Promise.all(servers))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect([a, b].filter(({ requests }) => requests.length > 0)).toHaveLength(1);
  });

  test('what another server pinned since this one decided stays', async () => {
    const { home, a, b } = await two();
    const gate = createGate(home.env, home.paths);
    const [slow, fast] = [a, b].map(({ posthog }) => lookUpRecipient(home.paths, {}, posthog)) as [
      RecipientState,
      RecipientState,
    ];
    expect(slow.destination?.host).toBe(a.posthog.host);
    expect(pinRecipient(home.paths, gate, fast)).toBe(true);
    expect(pinRecipient(home.paths, gate, slow)).toBe(false);
    expect(pin(home).pinned).toEqual(b.posthog);
  });

  test('who receives reports is asked again before each one: after enable returned, the old recipient gets nothing', async () => {
    const { home, a, b } = await two();
    const terms = {
      ...{ gate: createGate(home.env, home.paths), signal: new AbortController().signal, background: false },
      destination: toDestination(a.posthog, 'server'),
      isCurrent: () => isInForce(home.paths, home.env, a.posthog, a.posthog),
    } as const;
    const send = { ...terms, lookup: 'system', home: home.paths, vocabulary, obeys: 'nothing' } as const;
    const onReport = () => writeConfig(home.paths, { analytics: true, analyticsRecipient: b.posthog });
    await deliver({ ...send, clock: () => Date.parse('2026-11-23T10:00:00Z'), onReport });
    expect([a.requests.length, b.requests.length]).toEqual([1, 0]);
  });

  test('enable repairs a damaged recipient.json, also where nobody is known', async () => {
    const home = testHome({ analytics: true, analyticsSchema: 1 });
    mkdirSync(home.paths.data, { mode: 0o700 });
    writeFileSync(home.paths.recipient, '{"pinned": {');
    expect((await status(home)).warnings).toEqual([expect.stringContaining('recipient.json')]);
    expect((await cli(['enable', '--yes'], { env: home.env })).code).toBe(0);
    expect((await status(home)).warnings).toEqual([]);
  });

  test('enable does not forget the accepted recipient where the environment names an invalid one', async () => {
    const home = testHome({ analytics: true, analyticsRecipient: { host: 'https://a.example', key: 'k' } });
    const before = tree(home.folder);
    const env = { ...home.env, DOT_AI_ANALYTICS: 'true', DOT_AI_POSTHOG_HOST: 'http://posthog.internal' };
    const { code, stderr } = await cli(['enable', '--yes'], { env });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('cannot be used') });
    expect(tree(home.folder)).toEqual(before);
  });

  test('an opt-out forgets the recipient, clear keeps it', async () => {
    const { home, a } = await two();
    const first = server(home, a.posthog);
    await until(() => a.requests.length > 0, 'a report arrives');
    await first.analytics.close();
    expect((await cli(['clear'], { env: home.env })).code).toBe(0);
    expect(pin(home).pinned).toEqual(a.posthog);
    await setAnalytics(true, { env: home.env });
    expect(JSON.parse(readFileSync(home.paths.config, 'utf8')).analyticsRecipient).toEqual(a.posthog);
    expect(pinRecipient(home.paths, createGate(home.env, home.paths), lookUpRecipient(home.paths, {}, a.posthog))).toBe(
      true,
    );
    expect(pin(home).pinned).toEqual(a.posthog);
    await setAnalytics(false, { env: home.env });
    expect(JSON.parse(readFileSync(home.paths.config, 'utf8')).analyticsRecipient).toBeUndefined();
    expect(Object.keys(tree(home.paths.data))).not.toContain('recipient.json');
  });

  test('clear keeps the recipient of the first server, also if nothing was sent to it yet', async () => {
    const home = testHome({ analytics: true });
    const [a, b] = ['a', 'b'].map((key) => ({ host: `https://${key}.example`, key })) as [Endpoint, Endpoint];
    // The pace of a real server, so that nothing is sent, and nobody pinned, before it ends.
    const countOnce = async (posthog: Endpoint) => {
      const analytics = createAnalytics({ ...vocabulary, ephemeral: false, posthog }, { env: home.env });
      await analytics.session().run('query', async () => ({}));
      await analytics.close();
    };
    await countOnce(a);
    expect((await cli(['clear'], { env: home.env })).code).toBe(0);
    await countOnce(b);
    expect((await status(home)).recipient).toMatchObject({ ...a, accepted: true });
  });

  test('the hint names the recipient, and enable the one that the hint named', async () => {
    const home = testHome();
    const posthog = { host: 'https://eu.i.posthog.com', key: 'phc_hint' };
    const { analytics } = server(home, posthog);
    expect(analytics.hint()).toContain('https://eu.i.posthog.com');
    const { code, stdout, stderr } = await cli(['enable', '--yes'], { env: home.env });
    expect({ code, shown: (stdout + stderr).includes(posthog.host) }).toEqual({ code: 0, shown: true });
    expect(JSON.parse(readFileSync(home.paths.config, 'utf8'))).toMatchObject({ analyticsRecipient: posthog });
  });

  test('a config.json that can no longer be understood stops sending, also if the environment enables', async () => {
    const { home, a } = await two('{"analyticsDestination": ');
    const tracker = server({ ...home, env: { ...home.env, DOT_AI_ANALYTICS: 'true' } }, a.posthog);
    await tracker.use();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await nextLook();
    await tracker.analytics.close();
    expect(countedTool(home.paths, vocabulary, 'query')?.invocations).toBe(1);
    expect(a.requests).toEqual([]);
  });
});
