import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { report } from '../support/attack.js';
import { checkingDestination } from '../support/destination.js';
import { testHome } from '../support/home.js';
import { cli, run, runScript } from '../support/processes.js';

/** Where a person or a server can find itself. */
interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly under: readonly string[];
}

const works = async (program: string, args: string[]) =>
  (await run(program, args).catch(() => ({ code: 1 }))).code === 0;
const canMount = await works('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs none /mnt']);
const canBeAnother = process.getuid?.() === 0 && (await works('setpriv', ['--reuid=12345', '--clear-groups', 'true']));
if (!canMount)
  process.stderr.write('SKIPPED in part: nothing can be mounted, so neither a read-only nor a full disk is tried\n');
if (!canBeAnother) process.stderr.write('SKIPPED in part: without root and setpriv, no other user is tried\n');

const as = (uid: number) => ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
const mounted = (script: string) => ['unshare', '--mount', 'sh', '-c', `${script}; exec "$@"`, '--'];
const YES = { analytics: true };

function readOnly(config?: unknown): Place {
  const { folder, env } = testHome(config);
  return { env, under: mounted(`mount --bind ${folder} ${folder}; mount -o remount,ro,bind ${folder}`) };
}

const PLACES: Record<string, () => Place | undefined> = {
  'a read-only file system that says yes': () => (canMount ? readOnly(YES) : undefined),
  'a read-only file system that says nothing': () => (canMount ? readOnly() : undefined),
  'a full disk that says yes': () => {
    if (!canMount) return undefined;
    const { folder, env } = testHome();
    const config = `mkdir ${folder}/.dot-ai; echo '{"analytics": true}' > ${folder}/.dot-ai/config.json`;
    return {
      env,
      under: mounted(
        `mount -t tmpfs -o size=16k none ${folder}; ${config}; head -c 1M /dev/zero > ${folder}/full 2>/dev/null`,
      ),
    };
  },
  'no HOME, and a uid that the system does not know': () =>
    canBeAnother ? { env: { PATH: process.env.PATH }, under: as(12345) } : undefined,
  'a HOME that does not exist and can’t be made': () =>
    canBeAnother ? { env: { PATH: process.env.PATH, HOME: '/nonexistent/home' }, under: as(12345) } : undefined,
  'a HOME that is not absolute': () => ({ env: { PATH: process.env.PATH, HOME: 'relative' }, under: [] }),
  'another user’s home, whose opt-in can be read': () => {
    if (!canBeAnother) return undefined;
    const { folder, env, paths } = testHome(YES);
    mkdirSync(paths.spool, { recursive: true });
    for (const path of [folder, paths.folder, paths.config, paths.data, paths.spool]) chownSync(path, 1001, 1001);
    for (const path of [folder, paths.folder]) chmodSync(path, 0o755);
    chmodSync(paths.data, 0o700);
    return { env, under: as(1002) };
  },
  'another user’s home, of which nothing can be read': () => {
    if (!canBeAnother) return undefined;
    const { folder, env, paths } = testHome(YES);
    for (const path of [folder, paths.folder, paths.config]) chownSync(path, 1001, 1001);
    chmodSync(folder, 0o700);
    return { env, under: as(1002) };
  },
};

const COMMANDS = [
  'status',
  'status --json',
  'preview',
  'sent',
  'hint',
  'schema',
  'enable --yes',
  'disable',
  'disable --purge',
  'hint --mark-shown',
  'clear',
  'send',
] as const;
type Command = (typeof COMMANDS)[number];

const fine: [number, RegExp] = [0, /^$/];
const look = { 'status --json': fine, hint: fine, schema: fine, sent: fine };
const change = (cause: string): Partial<Record<Command, [number, RegExp]>> => {
  const error: [number, RegExp] = [
    1,
    new RegExp(
      `^Error: .*config.json could not be written: .*${cause}.*Nothing was changed. Make the file writable, or decide with the environment variable`,
    ),
  ];
  return { 'enable --yes': error, disable: error, 'disable --purge': error, 'hint --mark-shown': error };
};
const inPlace: [number, RegExp] = [
  0,
  /^config.json could not be replaced, so its value true was overwritten with null/,
];
const notUnderstood = (problem: string): [number, RegExp] => [1, new RegExp(`^Error: .*config.json: ${problem}`)];
const unseen: [number, RegExp] = [0, /^Warning: .*cannot be written: a server keeps its counts in memory/];
const isOff: [number, RegExp] = [3, /^Error: Analytics is off: .*What decides: dot-ai-analytics status/];
const noHome: [number, RegExp] = [1, /^Error: HOME is not an absolute path.*Set DOT_AI_CONFIG_DIR to an absolute path/];
const saysNoHome: [number, RegExp] = [0, /^Warning: HOME is not an absolute path/];
const NO_HOME = {
  status: saysNoHome,
  'status --json': fine,
  schema: fine,
  preview: fine,
  sent: noHome,
  hint: fine,
  'enable --yes': noHome,
  disable: noHome,
  'disable --purge': noHome,
  'hint --mark-shown': noHome,
  clear: noHome,
  send: noHome,
};

/** Exit code, and what stderr says; stdout is empty exactly where the command failed. */
const EXPECTED: Record<string, Record<Command, [number, RegExp]>> = {
  'a read-only file system that says yes': {
    ...look,
    ...change('read-only'),
    status: unseen,
    preview: unseen,
    clear: fine,
    send: fine,
  },
  'a read-only file system that says nothing': {
    ...look,
    ...change('read-only'),
    status: fine,
    preview: fine,
    clear: fine,
    send: isOff,
  },
  'a full disk that says yes': {
    ...look,
    ...change('no space'),
    disable: inPlace,
    'disable --purge': inPlace,
    status: fine,
    preview: fine,
    clear: fine,
    send: fine,
  },
  'no HOME, and a uid that the system does not know': NO_HOME,
  'a HOME that does not exist and can’t be made': {
    ...look,
    ...change('permission denied'),
    status: fine,
    preview: fine,
    clear: fine,
    send: isOff,
  },
  'a HOME that is not absolute': NO_HOME,
  'another user’s home, whose opt-in can be read': {
    ...look,
    ...change('permission denied'),
    'enable --yes': notUnderstood('another user owns it'),
    status: [0, /^Warning: .*config.json: another user owns it. That means off/],
    preview: fine,
    clear: [1, /^Error: .*analytics could not be deleted: another user owns it or its folder/],
    send: isOff,
  },
  'another user’s home, of which nothing can be read': {
    ...look,
    ...change('permission denied'),
    'enable --yes': notUnderstood('it cannot be read, permission denied'),
    status: [0, /^Warning: .*cannot be read, permission denied/],
    preview: fine,
    clear: [1, /^Error: .* could not be deleted: permission denied/],
    send: isOff,
  },
} as never;

describe.each(Object.entries(PLACES))('%s', (name, place) => {
  test('every command has its output and exit code', async ({ skip }) => {
    const found = place();
    if (found === undefined) return skip();
    const { env, under } = found;
    const results = await Promise.all(COMMANDS.map((command) => cli(command.split(' '), { env, under })));
    for (const [at, { code, stdout, stderr }] of results.entries()) {
      const command = COMMANDS[at] as Command;
      const [expectedCode, expectedStderr] = EXPECTED[name]?.[command] ?? fine;
      const said = stderr.trim().replace(/\s+/g, ' ');
      expect({ command, code, said, says: stdout !== '' }).toEqual({
        command,
        code: expectedCode,
        said: expect.stringMatching(expectedStderr),
        says: expectedCode === 0,
      });
    }
    report('place', { name, commands: COMMANDS.length });
  });

  test('P6, P9: a server runs on, shows no hint that it can’t remember, and ends', async ({ skip }) => {
    const found = place();
    if (found === undefined) return skip();
    const received = await checkingDestination();
    const script = (env: string) => `
      Object.assign(process.env, ${env});
      const { createAnalytics, dotAiVocabulary } = await import('dot-ai-analytics');
      const analytics = createAnalytics({ ...dotAiVocabulary, posthog: ${JSON.stringify(received.posthog)} });
      const session = analytics.session();
      for (let call = 0; call < 7; call += 1) if ((await session.run('query', async () => call)) !== call) throw new Error('another result');
      console.log(JSON.stringify({ hint: analytics.hint() ?? null, line: analytics.statusLine().slice(0, 19) }));
      await analytics.close();`;
    const silent = await runScript(script('{}'), { ...found, env: { ...found.env } });
    const isOn = silent.stdout.includes('Analytics: enabled');
    expect(silent).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('"hint":null') });
    expect(isOn).toBe(name.includes('yes'));
    // If the environment opts in, counts that cannot be kept are sent when the server ends.
    const before = received.requests.length;
    const asked = await runScript(script('{ DOT_AI_ANALYTICS: "true" }'), { ...found, env: { ...found.env } });
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    const rows = received.requests.slice(before).flatMap(({ body }) => JSON.parse(body.toString()).batch);
    const usage = rows
      .filter(({ event }) => event === 'tool_usage')
      .map(({ properties }) => [properties.tool, properties.invocations]);
    expect(usage).toEqual(name === 'a full disk that says yes' ? expect.anything() : [['query', 7]]);
  });
});

test('a HOME that does not exist yet is made, private', async () => {
  const home = testHome();
  const env = { ...home.env, HOME: join(home.folder, 'new', 'home') };
  expect(await cli(['enable', '--yes'], { env })).toMatchObject({ code: 0 });
  expect((await cli(['status', '--exit-code'], { env })).code).toBe(0);
  expect(await cli(['disable', '--purge'], { env })).toMatchObject({ code: 0 });
  expect((await cli(['status', '--exit-code'], { env })).code).toBe(3);
});

test.runIf(canMount)(
  'a disk that fills up under a running server: it runs on, and what it had written is kept',
  async () => {
    const home = testHome();
    const under = mounted(
      `mount -t tmpfs -o size=256k none ${home.folder}; mkdir ${home.folder}/.dot-ai; echo '{"analytics": true}' > ${home.folder}/.dot-ai/config.json`,
    );
    const script = `
    import { writeFileSync, rmSync, readFileSync, readdirSync } from 'node:fs';
    const { createAnalytics, dotAiVocabulary, preview } = await import('dot-ai-analytics');
    const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false });
    const session = analytics.session();
    const use = async (tool, times) => { for (let i = 0; i < times; i += 1) await session.run(tool, async () => {}); };
    await use('query', 5);
    for (let part = 0; ; part += 1) try { writeFileSync(process.env.HOME + '/fill' + part, Buffer.alloc(4096)); } catch { break; }
    await use('query', 3); await use('recommend', 2); await use('operate', 2); await use('version', 40);
    for (const name of readdirSync(process.env.HOME).filter((name) => name.startsWith('fill'))) rmSync(process.env.HOME + '/' + name);
    await use('query', 1);
    const { requests: [request] } = await preview();
    const rows = JSON.parse(request.body).batch.filter(({ event }) => event === 'tool_usage');
    console.log(JSON.stringify(Object.fromEntries(rows.map(({ properties }) => [properties.tool, properties.invocations]))));
    await analytics.close();`;
    const { code, stdout, stderr } = await runScript(script, { env: home.env, under });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ query: 9, recommend: 2, operate: 2, version: 40 });
  },
);

test.runIf(canMount).each([
  ['of the day', '2026-11-22T23:00:00Z'],
  ['of the day before', '2026-11-23T02:00:00Z'],
])('P7: on a full disk, what could not be written %s is sent when the server ends', async (_name, later) => {
  const home = testHome();
  const received = await checkingDestination();
  const under = mounted(
    `mount -t tmpfs -o size=256k none ${home.folder}; mkdir ${home.folder}/.dot-ai; echo '{"analytics": true}' > ${home.folder}/.dot-ai/config.json`,
  );
  const script = `
    import { writeFileSync, rmSync, readdirSync } from 'node:fs';
    const { createAnalytics, dotAiVocabulary, preview } = await import('dot-ai-analytics');
    let now = Date.parse('2026-11-22T22:00:00Z');
    const analytics = createAnalytics(
      { ...dotAiVocabulary, ephemeral: false, posthog: ${JSON.stringify(received.posthog)} },
      { clock: () => now, timing: { tick: 1e6, startSpread: 1e9, interval: 1e9 } },
    );
    const session = analytics.session();
    const use = async (tool, times) => { for (let i = 0; i < times; i += 1) await session.run(tool, async () => {}); };
    await use('query', 5);
    for (let part = 0; ; part += 1) try { writeFileSync(process.env.HOME + '/fill' + part, Buffer.alloc(4096)); } catch { break; }
    await use('query', 3); await use('recommend', 2); await use('operate', 2); await use('version', 40);
    await use('remediate', 2); await use('manageOrgData', 9); await use('manageKnowledge', 1); await use('projectSetup', 2);
    now = Date.parse('${later}');
    await use('impact_analysis', 1);
    await analytics.close();
    for (const name of readdirSync(process.env.HOME).filter((name) => name.startsWith('fill'))) rmSync(process.env.HOME + '/' + name);
    const { requests } = await preview({ clock: () => now });
    console.log(JSON.stringify(requests.map(({ body }) => JSON.parse(body).batch)));`;
  const { code, stdout, stderr } = await runScript(script, { env: home.env, under });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const sent = received.requests.map(({ body }) => JSON.parse(body.toString()).batch);
  const sums: Record<string, number> = {};
  for (const { event, properties } of [...sent, ...JSON.parse(stdout)].flat()) {
    if (event === 'tool_usage') sums[properties.tool] = (sums[properties.tool] ?? 0) + properties.invocations;
  }
  expect(sent.length).toBeGreaterThan(0);
  expect(sums).toEqual({
    query: 8,
    recommend: 2,
    operate: 2,
    version: 40,
    remediate: 2,
    manageOrgData: 9,
    manageKnowledge: 1,
    projectSetup: 2,
    impact_analysis: 1,
  });
});

test('a folder where a file should be, and a file where the folder should be: clear errors, nothing changed', async () => {
  const asFile = testHome();
  writeFileSync(asFile.paths.folder, 'mine');
  const results = await Promise.all(COMMANDS.map((command) => cli(command.split(' '), { env: asFile.env })));
  for (const { code, stderr } of results) {
    expect([0, 1, 3]).toContain(code);
    if (code !== 0) expect(stderr).toMatch(/^Error: /);
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+/); // no stack
  }
  expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 3]);
});
