import { describe, expect, test } from 'vitest';
import { checkingDestination } from '../support/destination.js';
import { testHome, tree } from '../support/home.js';
import { cli, run, runScript } from '../support/processes.js';

const canMount =
  (await run('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs none /etc']).catch(() => ({ code: 1 }))).code === 0;
if (!canMount) process.stderr.write('SKIPPED: without root and unshare, no policy can be put on the machine\n');

/** Runs a program on a machine of its own, whose /etc has only this policy. */
const withPolicy = (policy: string) => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `mount -t tmpfs none /etc && mkdir /etc/dot-ai && printf %s '${policy}' > /etc/dot-ai/analytics.json; exec "$@"`,
  '--',
];

/** A server that counts three calls, and changes the policy of its machine after the first and the second. */
const SERVER = (posthog: object, second: string, third: string) => `
  import { writeFileSync } from 'node:fs';
  import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
  const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: true, posthog: ${JSON.stringify(posthog)} });
  const session = analytics.session();
  const lines = [];
  for (const policy of [undefined, ${JSON.stringify(second)}, ${JSON.stringify(third)}]) {
    if (policy !== undefined) writeFileSync('/etc/dot-ai/analytics.json', policy);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await session.run('query', async () => ({}));
    lines.push(analytics.statusLine().includes('enabled'));
  }
  await analytics.close();
  console.log(JSON.stringify(lines));`;

describe.runIf(canMount)('the policy of the machine', () => {
  const on = { DOT_AI_ANALYTICS: 'true' };

  test('P1, P2: it turns off what the environment and config.json turn on; nothing is written', async () => {
    const home = testHome({ analytics: true });
    const before = tree(home.folder);
    const received = await checkingDestination();
    const finished = await runScript(SERVER(received.posthog, '{"analytics": 0}', 'not JSON'), {
      env: { ...home.env, ...on },
      under: withPolicy('{"analytics": false}'),
    });
    expect(finished).toMatchObject({ code: 0, stderr: '', stdout: '[false,false,false]\n' });
    expect(tree(home.folder)).toEqual(before);
    expect(received.requests).toEqual([]);
    const { stdout } = await cli(['status', '--json'], { env: home.env, under: withPolicy('{"analytics": false}') });
    expect(JSON.parse(stdout)).toMatchObject({ enabled: false, decidedBy: 'policy' });
  });

  test('P10: a running server notices a policy by itself, also if the environment decides', async () => {
    const home = testHome();
    const received = await checkingDestination();
    const { code, stdout, stderr } = await runScript(SERVER(received.posthog, '{"analytics": false}', '{}'), {
      env: { ...home.env, ...on },
      under: withPolicy('{}'),
    });
    expect({ code, stderr, stdout }).toEqual({ code: 0, stderr: '', stdout: '[true,false,true]\n' });
  });

  test('P2, P10: where a policy may be that cannot be looked at, a running server is off', async () => {
    const source = SERVER({ host: 'http://127.0.0.1:9', key: 'k' }, 'away', 'back')
      .replace('{ writeFileSync }', '{ rmSync, symlinkSync }')
      .replace(
        /writeFileSync\(.*?\);/,
        "policy === 'away' ? symlinkSync('dot-ai', '/etc/dot-ai') : rmSync('/etc/dot-ai');",
      );
    const withoutPolicy = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /etc; exec "$@"', '--'];
    const finished = await runScript(source, { env: { ...testHome().env, ...on }, under: withoutPolicy });
    expect(finished).toMatchObject({ code: 0, stderr: '', stdout: '[true,false,true]\n' });
  });

  test('P10: a config.json that is mounted alone and was replaced outside means off', async () => {
    const [home, outside] = [testHome({ analytics: true }), testHome({ analytics: true })];
    const mounted = ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" "$1"; shift; exec "$@"'];
    const source = `
      import { execFileSync } from 'node:child_process';
      import { renameSync, writeFileSync } from 'node:fs';
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false });
      const before = analytics.statusLine();
      writeFileSync('${outside.paths.config}.new', '{"analytics": false}');
      renameSync('${outside.paths.config}.new', '${outside.paths.config}');
      await new Promise((resolve) => setTimeout(resolve, 1100));
      console.log(JSON.stringify([before, analytics.statusLine()].map((line) => line.includes('enabled'))));
      await analytics.close();`;
    const { code, stdout, stderr } = await runScript(source, {
      env: home.env,
      under: [...mounted, outside.paths.config, home.paths.config],
    });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '[true,false]\n', stderr: '' });
  });

  test('P11: only the recipient that it allows gets anything', async () => {
    const received = await checkingDestination();
    const policy = (key: string) => JSON.stringify({ destination: { ...received.posthog, key } });
    for (const [key, requests] of [
      ['another', 0],
      [received.posthog.key, 1],
    ] as const) {
      // On a loaded machine, one server in a while has no time to send when it ends.
      for (let servers = 0; servers < 5 && (servers === 0 || received.requests.length < requests); servers += 1) {
        const { code, stderr } = await runScript(SERVER(received.posthog, policy(key), policy(key)), {
          env: testHome({ analytics: true }).env,
          under: withPolicy(policy(key)),
        });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      }
      expect(received.requests).toHaveLength(requests);
    }
  });
});
