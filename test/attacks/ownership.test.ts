import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkingDestination } from '../support/destination.js';
import { type TestHome, testHome, tree } from '../support/home.js';
import { cli, ROOT, run, runScript } from '../support/processes.js';

const ME = 12345;
const ANOTHER = 1001;
const GROUP = 500;

/** A root folder without the file that says that this machine is a container, if there is one; then another user. */
const elsewhere = (uid: number, script = ':') => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `${script}; mount -t tmpfs none /mnt
   for path in /*; do
     [ "$path" = /mnt ] || [ ! -d "$path" ] && continue
     if [ -L "$path" ]; then cp -P "$path" /mnt; else mkdir "/mnt$path" && mount --rbind "$path" "/mnt$path"; fi
   done
   exec chroot /mnt sh -c 'cd "$0"; exec "$@"' ${ROOT} setpriv --reuid=${uid} --regid=${uid} --groups=${GROUP} "$@"`,
  '--',
];
const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };

const [program = '', ...rest] = elsewhere(ME);
const canBeAnother = await run(program, [...rest, 'true']).then(
  ({ code }) => code === 0,
  () => false,
);
if (!canBeAnother) process.stderr.write('SKIPPED: without root, unshare and setpriv, no other user can be tried\n');

const own = (uid: number, gid: number, mode: number, ...paths: string[]) => {
  for (const path of paths) {
    chownSync(path, uid, gid);
    chmodSync(path, mode);
  }
};

/** A home of this user in which config.json enables analytics. */
function homeOf(uid: number): TestHome {
  const home = testHome({ analytics: true });
  own(uid, uid, 0o755, home.folder, home.paths.folder);
  own(uid, uid, 0o644, home.paths.config);
  return home;
}

interface Seen {
  readonly state: string;
  readonly isOn: boolean;
  /** Whether counts are on disk. */
  readonly isKept: boolean;
  readonly warnings: string;
}

interface Circumstances {
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly script?: string;
  readonly posthog?: object;
}

/** What a server finds that runs here as this user, and what `status` says. */
async function look(home: TestHome, { env = {}, uid = ME, script, posthog }: Circumstances = {}): Promise<Seen> {
  const server = `
    import { readdirSync } from 'node:fs';
    import { createAnalytics, dotAiVocabulary, readStatus } from 'dot-ai-analytics';
    const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false, posthog: ${JSON.stringify(posthog)} });
    await analytics.session().run('query', async () => {});
    const spool = () => { try { return readdirSync(${JSON.stringify(home.paths.spool)}).length > 0; } catch { return false; } };
    const { enabled, config } = readStatus();
    console.log(JSON.stringify({ state: config.state, isOn: enabled, isKept: spool() }));
    await analytics.close();`;
  const options = { env: { ...home.env, ...env }, under: elsewhere(uid, script) };
  const [served, status] = [await runScript(server, options), await cli(['status'], options)];
  expect({ code: served.code, stderr: served.stderr, status: status.code }).toEqual({ code: 0, stderr: '', status: 0 });
  return { ...JSON.parse(served.stdout), warnings: status.stderr.replace(/\s+/g, ' ') };
}

const CONFIG: Record<string, [(home: TestHome) => void, { uid?: number; pod?: boolean }, 'ok' | RegExp]> = {
  'my own file, in a folder where anyone can exchange it': [
    ({ paths }) => chmodSync(dirname(paths.config), 0o777),
    {},
    /\.dot-ai: other users can write it/,
  ],
  'another user’s link to my file, in that user’s folder': [
    (home) => {
      linkTo(home, ME);
      own(ANOTHER, ANOTHER, 0o755, dirname(home.paths.config));
    },
    {},
    /\.dot-ai: another user owns it/,
  ],
  'my own file': [() => {}, {}, 'ok'],
  'root’s file': [({ paths }) => own(0, 0, 0o644, paths.config), {}, 'ok'],
  'another user’s file': [({ paths }) => own(ANOTHER, ANOTHER, 0o644, paths.config), {}, /another user owns it/],
  'another user’s file in a container': [
    ({ paths }) => own(ANOTHER, ANOTHER, 0o644, paths.config),
    { pod: true },
    /another user owns it/,
  ],
  'another user’s file, as root': [({ paths }) => own(ANOTHER, ANOTHER, 0o644, paths.config), { uid: 0 }, 'ok'],
  'a file that anyone can write': [({ paths }) => chmodSync(paths.config, 0o666), {}, /other users can write it/],
  'a file that anyone can write, in a container, as root': [
    ({ paths }) => chmodSync(paths.config, 0o666),
    { uid: 0, pod: true },
    /other users can write it/,
  ],
  'a file that my private group can write': [({ paths }) => own(ME, ME, 0o664, paths.config), {}, 'ok'],
  'a file that my group can write': [
    ({ paths }) => own(ME, GROUP, 0o664, paths.config),
    {},
    /other users can write it/,
  ],
  'a file that my group can write, as root': [
    ({ paths }) => own(ANOTHER, GROUP, 0o664, paths.config),
    { uid: 0 },
    /other users can write it/,
  ],
  'a file that my group can write, in a container': [
    ({ paths }) => own(0, GROUP, 0o664, paths.config),
    { pod: true },
    'ok',
  ],
  'a file that a group can write, which is not mine, in a container': [
    ({ paths }) => own(ME, GROUP + 1, 0o664, paths.config),
    { pod: true },
    /other users can write it/,
  ],
  'a link to another user’s file': [(home) => linkTo(home, ANOTHER), {}, /another user owns it/],
  'another user’s link to my file': [(home) => linkTo(home, ME), {}, 'ok'],
};

function linkTo({ folder, paths }: TestHome, uid: number): void {
  const real = join(folder, 'real.json');
  writeFileSync(real, readFileSync(paths.config));
  own(uid, uid, 0o644, real);
  rmSync(paths.config);
  symlinkSync(real, paths.config);
  lchownSync(paths.config, ANOTHER, ANOTHER);
}

describe.runIf(canBeAnother)('P2: config.json counts only if nobody else can have written it', () => {
  test.each(Object.entries(CONFIG))('%s', async (_name, [change, { uid, pod = false }, expected]) => {
    const home = homeOf(ME);
    change(home);
    const seen = await look(home, { ...(uid !== undefined && { uid }), ...(pod && { env: POD }) });
    if (expected === 'ok') expect(seen).toEqual({ state: 'ok', isOn: true, isKept: true, warnings: '' });
    else {
      expect(seen).toEqual({ state: 'foreign', isOn: false, isKept: false, warnings: expect.stringMatching(expected) });
      expect(seen.warnings).toContain(dirname(home.paths.config));
    }
  });

  test('the environment can still enable, and none of the file’s keys count', async () => {
    const [mine, theirs] = [await checkingDestination(), await checkingDestination()];
    const home = testHome({ analytics: true, analyticsHintShown: true, analyticsDestination: theirs.posthog });
    own(ME, ME, 0o755, home.folder, home.paths.folder);
    own(ANOTHER, ANOTHER, 0o644, home.paths.config);
    const env = { DOT_AI_ANALYTICS: 'true' };
    expect(await look(home, { env, posthog: mine.posthog })).toMatchObject({
      state: 'foreign',
      isOn: true,
      isKept: true,
    });
    const status = await cli(['status', '--json'], { env: { ...home.env, ...env }, under: elsewhere(ME) });
    expect(JSON.parse(status.stdout)).toMatchObject({
      config: { state: 'foreign', analytics: null },
      destination: { host: mine.posthog.host, source: 'server' },
      hintShown: false,
    });
  });

  test('`enable --replace` and `disable` replace such a file and keep a copy; the new one is nobody else’s to write', async () => {
    for (const [uid, owner, mode] of [
      [ME, ANOTHER, 0o644],
      [ME, ME, 0o666],
      [0, ME, 0o666],
    ] as const) {
      for (const [command, analytics] of [
        ['enable --yes --replace', true],
        ['disable', false],
      ] as const) {
        const home = homeOf(ME);
        own(owner, owner, mode, home.paths.config);
        const text = readFileSync(home.paths.config, 'utf8');
        const changed = await cli(command.split(' '), { env: home.env, under: elsewhere(uid) });
        expect({ command, ...changed }).toMatchObject({ code: 0 });
        expect(JSON.parse(readFileSync(home.paths.config, 'utf8'))).toMatchObject({ analytics });
        expect(statSync(home.paths.config)).toMatchObject({ uid: ME, mode: 0o100644 });
        expect(readFileSync(`${home.paths.config}.kept-1`, 'utf8')).toBe(text);
        const seen = await look(home, { uid });
        expect(seen).toEqual({ state: 'ok', isOn: analytics, isKept: analytics, warnings: '' });
      }
    }
  });

  test('P9: a hint is not remembered in such a file, and so not shown', async () => {
    const home = testHome({});
    own(ME, ME, 0o755, home.folder, home.paths.folder);
    own(ANOTHER, ANOTHER, 0o666, home.paths.config);
    const script = `
      const { createAnalytics, dotAiVocabulary } = await import('dot-ai-analytics');
      console.log(createAnalytics(dotAiVocabulary).hint() ?? 'none');`;
    expect((await runScript(script, { env: home.env, under: elsewhere(ME) })).stdout).toBe('none\n');
    const marked = await cli(['hint', '--mark-shown'], { env: home.env, under: elsewhere(ME) });
    expect(marked).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another user owns it.*Nothing\s+was\s+changed/s),
    });
    expect(readFileSync(home.paths.config, 'utf8')).toBe('{}');
  });
});

const withData = ({ paths }: TestHome, uid: number, mode: number) => {
  mkdirSync(paths.spool, { recursive: true });
  own(uid, uid, mode, paths.data, paths.spool);
};
const MOUNT = (folder: string) => `mount -t tmpfs -o mode=0777 none ${folder}`;

interface FolderCase {
  readonly change: (home: TestHome) => void;
  readonly pod?: boolean;
  /** Runs as root before the server does. */
  readonly script?: (home: TestHome) => string;
  readonly isKept: boolean;
}

const FOLDERS: Record<string, FolderCase> = {
  'a folder that anyone can write': { change: ({ paths }) => chmodSync(paths.folder, 0o777), isKept: false },
  'a sticky folder that anyone can write': { change: ({ paths }) => chmodSync(paths.folder, 0o1777), isKept: false },
  'a folder that anyone can write, in a container': {
    change: ({ paths }) => chmodSync(paths.folder, 0o777),
    pod: true,
    isKept: false,
  },
  'another user’s folder that anyone can write': {
    change: ({ paths }) => own(ANOTHER, ANOTHER, 0o777, paths.folder),
    isKept: false,
  },
  'a folder that my private group can write': { change: ({ paths }) => chmodSync(paths.folder, 0o775), isKept: true },
  'a folder that my group can write': { change: ({ paths }) => own(ME, GROUP, 0o775, paths.folder), isKept: false },
  'a volume that my group can write, in a container': {
    change: ({ paths }) => own(0, GROUP, 0o2775, paths.folder),
    pod: true,
    isKept: true,
  },
  'a mounted volume that anyone can write, in a container': {
    change: () => {},
    script: ({ paths }) => MOUNT(paths.folder),
    pod: true,
    isKept: true,
  },
  'a mounted folder that anyone can write': {
    change: () => {},
    script: ({ paths }) => MOUNT(paths.folder),
    isKept: false,
  },
  'a data folder that anyone can write': { change: (home) => withData(home, ME, 0o777), isKept: false },
  'a data folder that anyone can write, in a container': {
    change: (home) => withData(home, ME, 0o777),
    pod: true,
    isKept: false,
  },
  'another user’s data folder': { change: (home) => withData(home, ANOTHER, 0o777), isKept: false },
  'my data folder': { change: (home) => withData(home, ME, 0o755), isKept: true },
};

describe.runIf(canBeAnother)('P3, P6: where another user could exchange files, counts stay in memory', () => {
  test.each(Object.entries(FOLDERS))('%s', async (_name, { change, pod, script, isKept }) => {
    const received = await checkingDestination();
    const home = homeOf(ME);
    change(home);
    const before = tree(home.paths.folder);
    const seen = await look(home, {
      env: { DOT_AI_ANALYTICS: 'true', ...(pod && POD) },
      posthog: received.posthog,
      ...(script && { script: script(home) }),
    });
    expect(seen).toMatchObject({ isOn: true, isKept });
    if (isKept) return expect(seen.warnings).toBe('');
    expect(seen.warnings).toMatch(/(another user owns|other users can write) .*a server keeps its counts in memory/);
    expect(tree(home.paths.folder)).toEqual(before);
    const rows = received.requests.flatMap(({ body }) => JSON.parse(body.toString()).batch);
    expect(rows.filter(({ event }) => event === 'tool_usage')).toHaveLength(1);
  });

  test('`disable` works without data, and names the folder that it does not touch', async () => {
    const home = homeOf(ME);
    chmodSync(home.paths.folder, 0o777);
    const disable = () => cli(['disable'], { env: home.env, under: elsewhere(ME) });
    expect(await disable()).toMatchObject({ code: 0 });
    withData(home, ME, 0o777);
    const { code, stderr } = await disable();
    expect({ code, said: stderr.replace(/\s+/g, ' ') }).toEqual({
      code: 1,
      said: expect.stringMatching(/analytics could not be deleted: other users can write it or its folder/),
    });
  });
});

test.runIf(canBeAnother)(
  'P2, P11: in a shared HOME, another user’s opt-in, recipient, names and reports are not ours',
  async () => {
    const [mine, theirs] = [await checkingDestination(), await checkingDestination()];
    const home = testHome({ analytics: true, analyticsDestination: theirs.posthog });
    const { paths } = home;
    mkdirSync(paths.outbox, { recursive: true });
    writeFileSync(paths.server, JSON.stringify({ tools: ['sync'], features: [], posthog: theirs.posthog }));
    own(0, 0, 0o1777, home.folder);
    own(ANOTHER, ANOTHER, 0o755, paths.folder, paths.data, paths.outbox);
    own(ANOTHER, ANOTHER, 0o644, paths.config, paths.server);
    const before = tree(home.folder);

    expect(await look(home, { posthog: mine.posthog })).toMatchObject({ state: 'foreign', isOn: false, isKept: false });
    expect([mine.requests.length, theirs.requests.length]).toEqual([0, 0]);

    const env = { DOT_AI_ANALYTICS: 'true' };
    expect(await look(home, { env, posthog: mine.posthog })).toMatchObject({ isOn: true, isKept: false });
    expect([mine.requests.length, theirs.requests.length]).toEqual([1, 0]);
    expect(tree(home.folder)).toEqual(before);
  },
);
