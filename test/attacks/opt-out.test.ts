import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/core/consent/config-file.js';
import { createPage } from '../../src/core/record/counter-page.js';
import { randomFrom } from '../../src/simulation/random.js';
import { report, SEED, TIMES } from '../support/attack.js';
import { type TestHome, testHome, tree } from '../support/home.js';
import { CLI, cli, type Finished, ROOT, run, runScript } from '../support/processes.js';
import { putReport } from '../support/reports.js';

const CONFIG = '{\n  "model": "kept",\n  "analytics": true,\n  "analyticsSchema": 1\n}\n';
const IN_PLACE = CONFIG.replace('true', 'null');
const OFF = '{\n  "model": "kept",\n  "analytics": false\n}\n';
const UNSENT = '2026-11-21.json';

const works = async (program: string, args: string[]) =>
  (await run(program, args).catch(() => ({ code: 1 }))).code === 0;
const canMount = await works('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs none /mnt']);
const canBeAnother = process.getuid?.() === 0 && (await works('setpriv', ['--reuid=12345', '--clear-groups', 'true']));
if (!canMount) process.stderr.write('SKIPPED: nothing can be mounted, so no full and no read-only disk is tried\n');
if (!canBeAnother) process.stderr.write('SKIPPED: without root and setpriv, no other user is tried\n');

const words = (text: string) => text.replace(/\s+/g, ' ').trim();
const hasSaidOff = (text: string) => /(^|\n)(Saved|In effect here): off/.test(text);

/** A home with a count of a killed server and a report that waits. */
async function homeWithData(config: unknown = CONFIG): Promise<TestHome> {
  const home = testHome(config);
  await putReport(home, '2026-11-21');
  const page = createPage('2026-11-22');
  page.add('tool query', ['successes', 'latency_le_10']);
  mkdirSync(home.paths.spool, { recursive: true });
  writeFileSync(join(home.paths.spool, '2026-11-22.0000000a.txt'), page.bytes());
  return home;
}

const unsent = ({ paths }: TestHome) =>
  Object.keys(tree(paths.folder)).filter((name) => /(spool|outbox|sending)\/\d/.test(name));

/** Makes operations on files of the settings folder fail in the command that runs with it. */
const faults = (under: string, at: number, fault: string, count: string) => ({
  NODE_OPTIONS: `--import ${ROOT}test/attacks/faults/files.mjs`,
  FAULT_UNDER: under,
  FAULT_AT: String(at),
  FAULT: fault,
  FAULT_COUNT: count,
});

describe('P10: a fault in every single operation on a file of disable', () => {
  test.each(['kill', 'ENOSPC', 'EDQUOT', 'EIO'])('%s', { timeout: 3_600_000 }, async (fault) => {
    const disable = async (home: TestHome, at: number, count: string) =>
      cli(['disable'], { env: { ...home.env, ...faults(home.paths.folder, at, fault, count) } });
    const count = join(testHome().folder, 'count');
    await disable(await homeWithData(), 0, count);
    const steps = Number(readFileSync(count, 'utf8'));
    expect(steps).toBeGreaterThan(40);
    const random = randomFrom(SEED);
    const share = fault === 'kill' ? 1 : (12 * TIMES) / steps; // of the others some, different ones each time
    const chosen = Array.from({ length: steps }, (_, index) => index + 1).filter(() => random() < share);
    await atOnce(chosen, async (at) => {
      const what = `${fault} at operation ${at}, seed ${SEED}`;
      const home = await homeWithData();
      const finished = await disable(home, at, count);
      const { 'config.json': config = '', 'config.json.kept-1': copy } = tree(home.paths.folder);
      expectOldOrOff(config, finished, what);
      // A file that could not be read for a moment is replaced, and a copy of it is kept.
      expect(copy ?? config, what).toContain('"model": "kept"');
      if (finished.code === 0) expect(unsent(home), what).toEqual([]);
      // A full disk is never the reason for staying on. A lock that cannot be read counts as lost.
      const isLockLost = words(finished.stderr).includes('another process holds');
      if (fault === 'ENOSPC' || fault === 'EDQUOT') expect(hasSaidOff(finished.stdout) || isLockLost, what).toBe(true);
      if (fault !== 'kill') return;
      const lock = `${home.paths.config}.analytics-lock`;
      if (existsSync(lock)) utimesSync(lock, 0, 0); // it counts as abandoned after three seconds
      expect((await cli(['disable'], { env: home.env })).code, `again after ${what}`).toBe(0);
      expect([readFileSync(home.paths.config, 'utf8'), unsent(home)], what).toEqual([OFF, []]);
    });
    report('a fault in every operation of disable', { fault, steps, tried: chosen.length });
  });
});

/** Runs a few at a time: most of the time they wait. */
async function atOnce(numbers: readonly number[], attempt: (number: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < numbers.length; from += 4) await Promise.all(numbers.slice(from, from + 4).map(attempt));
}

/** The setting is the old one or off, and once off was printed, it is off. */
function expectOldOrOff(config: string, { stdout, code }: Pick<Finished, 'stdout' | 'code'>, what: string): void {
  const { state, analytics } = parseConfig('config.json', Buffer.from(config));
  expect({ what, state }).toEqual({ what, state: 'ok' });
  expect(analytics, what).toBeOneOf([true, false, null]);
  if (hasSaidOff(stdout) || code === 0) expect(analytics, what).not.toBe(true);
}

/** A full disk: a tmpfs of 64 KiB in a mount namespace. What is on it is printed after the command. */
function onFullDisk(home: TestHome, before: string): readonly string[] {
  const { folder, paths } = home;
  const script = `
    mount -t tmpfs -o size=64k none ${folder}
    mkdir -p ${paths.spool} ${paths.outbox}
    printf '%s' "$CONFIG" > ${paths.config}
    ${before}
    head -c 1M /dev/zero > ${folder}/full 2> ${folder}/error
    inode=$(stat -c %i ${paths.config})
    "$@"; code=$?
    echo "=== $([ $inode = $(stat -c %i ${paths.config}) ] && echo same file) $(ls ${paths.spool} ${paths.outbox} | grep -c ^20)"
    cat ${paths.config}
    exit $code`;
  return ['unshare', '--mount', 'sh', '-c', script, '--'];
}

interface OnDisk extends Finished {
  readonly isSameFile: boolean;
  readonly left: number;
  readonly config: string;
}

async function disableOnFullDisk(before: string, env: NodeJS.ProcessEnv = {}, config = CONFIG): Promise<OnDisk> {
  const home = testHome();
  const under = onFullDisk(home, before);
  // FAULT_UNDER is known only here.
  const variables = {
    ...home.env,
    CONFIG: config,
    ...env,
    ...('FAULT_AT' in env && { FAULT_UNDER: home.paths.folder }),
  };
  const finished = await cli(['disable'], { env: variables, under });
  const [, stdout = '', same, left, text = ''] =
    /^([\s\S]*)=== (same file)? (\d+)\n([\s\S]*)$/.exec(finished.stdout) ?? [];
  return { ...finished, stdout, isSameFile: same !== undefined, left: Number(left), config: text };
}

const ROOM = `head -c 8192 /dev/zero > $HOME/.dot-ai/analytics/outbox/${UNSENT}`;
const NO_ROOM = `: > $HOME/.dot-ai/analytics/outbox/${UNSENT}`;

describe.runIf(canMount)('P10: disable on a full disk', () => {
  test('unsent data makes room for an ordinary opt-out', async () => {
    const { code, stdout, stderr, ...found } = await disableOnFullDisk(ROOM);
    expect({ code, stderr, ...found }).toMatchObject({ code: 0, stderr: '', isSameFile: false, left: 0, config: OFF });
    expect(hasSaidOff(stdout)).toBe(true);
  });

  test('without any room, true is overwritten with null', async () => {
    const { code, stdout, stderr, ...found } = await disableOnFullDisk(NO_ROOM);
    expect({ code, ...found }).toMatchObject({ code: 0, isSameFile: true, left: 0, config: IN_PLACE });
    expect(words(stdout)).toMatch(/^Saved: off, in .* In effect here: off\. Deleted: everything unsent\./);
    expect(words(stderr)).toMatch(/overwritten with null, which means off/);
  });

  test.each([
    ['a byte order mark and longer characters before it', '\uFEFF{"é漢😀": "é", "analytics": true}'],
    ['the key twice', '{"analytics": true, "x": 1, "\\u0061nalytics":true}'],
    ['a later schema', '{"analytics":true,"analyticsSchema":9}'],
  ])('%s: the same', async (_name, config) => {
    const found = await disableOnFullDisk(NO_ROOM, {}, config);
    expect(found).toMatchObject({ code: 0, isSameFile: true, config: config.replaceAll('true', 'null') });
  });

  test.each([
    ['false', '{"analytics": false, "analyticsSchema": 1}', 0],
    ['nothing', '{}', 1],
    ['damaged', '{"analytics": true', 1],
  ])('a file that says %s does not change', async (_name, config, code) => {
    const found = await disableOnFullDisk(NO_ROOM, {}, config);
    expect(found).toMatchObject({ code, config, isSameFile: true });
    if (code === 1) expect(words(found.stderr)).toMatch(/^Error: .*no space is left on the disk/);
    expect(hasSaidOff(found.stdout)).toBe(code === 0);
  });

  test.each([
    ['with unsent data', ROOM],
    ['without room', NO_ROOM],
  ])('killed at every operation, %s', { timeout: 3_600_000 }, async (_name, before) => {
    const count = join(testHome().folder, 'count');
    await disableOnFullDisk(before, faults('', 0, 'kill', count));
    const steps = Number(readFileSync(count, 'utf8'));
    expect(steps).toBeGreaterThan(40);
    const every = Array.from({ length: steps }, (_, index) => index + 1);
    await atOnce(every, async (at) => {
      const found = await disableOnFullDisk(before, faults('', at, 'kill', count));
      expectOldOrOff(found.config, found, `killed at ${at}`);
      expect(found.config).toContain('"model": "kept"');
    });
    report('killed in disable on a full disk', { steps });
  });

  test('a running server notices it, and counts nothing more', async () => {
    const home = testHome();
    const server = `
      import { spawnSync } from 'node:child_process';
      import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
      const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false });
      const session = analytics.session();
      const use = () => session.run('query', async () => 1);
      await use();
      const before = analytics.statusLine();
      spawnSync(process.execPath, [${JSON.stringify(CLI)}, 'disable']);
      for (let call = 0; call < 5; call += 1) await use();
      process.stdout.write(JSON.stringify([before, analytics.statusLine()]) + '\\n');
      await analytics.close();`;
    const env = { ...home.env, CONFIG };
    const { stdout, stderr } = await runScript(server, { env, under: onFullDisk(home, NO_ROOM) });
    expect({ stdout, stderr }).toEqual({
      stdout: expect.stringMatching(/^\["Analytics: enabled.*","Analytics: disabled.*"\]\n=== same file 0\n/),
      stderr: '',
    });
    expect(stdout).toContain(IN_PLACE);
  });
});

/** stdout and stderr together, as a person sees them. */
const seen = (home: TestHome, script: string, prepare = '') =>
  run('unshare', ['--mount', 'sh', '-c', `${prepare}\n${script} 2>&1`, process.execPath, CLI], { env: home.env });

describe('P10: an opt-out is saved and said first, then what could not be deleted', () => {
  test.runIf(canMount)('a read-only data folder', async () => {
    const home = await homeWithData();
    const { data } = home.paths;
    const readOnly = `mount --bind ${data} ${data}; mount -o remount,ro,bind ${data}`;
    const { code, stdout } = await seen(home, '"$0" "$1" disable', readOnly);
    expect(code).toBe(1);
    expect(words(stdout)).toMatch(
      /^Saved: off, .* In effect here: off\. Not everything could be deleted\. Error: .*outbox\/.* could not be deleted: the file system is read-only/,
    );
    expect(readFileSync(home.paths.config, 'utf8')).toBe(OFF);
  });

  test.runIf(canMount)('a read-only home: nothing is said to be off, and nothing changes', async () => {
    const home = await homeWithData();
    const before = tree(home.folder);
    const readOnly = `mount --bind ${home.folder} ${home.folder}; mount -o remount,ro,bind ${home.folder}`;
    const { code, stdout } = await seen(home, '"$0" "$1" disable', readOnly);
    expect(code).toBe(1);
    expect(words(stdout)).toMatch(/^Error: .*config\.json could not be written: the file system is read-only/);
    expect(tree(home.folder)).toEqual(before);
  });

  test.runIf(canMount)('a config.json that is a mount point cannot be replaced, and is overwritten', async () => {
    const home = await homeWithData();
    const { config } = home.paths;
    const { code, stdout } = await seen(home, '"$0" "$1" disable', `mount --bind ${config} ${config}`);
    expect({ code, said: words(stdout) }).toEqual({ code: 0, said: expect.stringMatching(/^Saved: off/) });
    expect([readFileSync(config, 'utf8'), unsent(home)]).toEqual([IN_PLACE, []]);
  });

  test.each(['data', 'outbox', 'spool'] as const)('a linked %s folder: what it leads to stays', async (name) => {
    const home = testHome(CONFIG);
    const elsewhere = testHome().folder;
    mkdirSync(join(elsewhere, 'outbox'));
    const precious = join(elsewhere, name === 'data' ? 'outbox' : '', UNSENT);
    writeFileSync(precious, '{}');
    if (name !== 'data') mkdirSync(home.paths.data, { mode: 0o700 });
    symlinkSync(elsewhere, home.paths[name]);
    const { code, stdout, stderr } = await cli(['disable'], { env: home.env });
    expect({ code, said: words(stdout) }).toMatchObject({ code: 1, said: expect.stringMatching(/^Saved: off/) });
    expect(words(stderr)).toMatch(/^Error: .* could not be deleted: it is a symbolic link/);
    expect(readFileSync(home.paths.config, 'utf8')).toBe(OFF);
    expect(readFileSync(precious, 'utf8')).toBe('{}');
  });

  test('a data folder that other users can write', async () => {
    const home = await homeWithData();
    chmodSync(home.paths.data, 0o777);
    const { code, stdout, stderr } = await cli(['disable'], { env: home.env });
    expect({ code, said: words(stdout) }).toMatchObject({ code: 1, said: expect.stringMatching(/^Saved: off/) });
    expect(words(stderr)).toMatch(/^Error: .* could not be deleted: other users can write it or its folder/);
    expect(readFileSync(home.paths.config, 'utf8')).toBe(OFF);
  });

  test.runIf(canBeAnother)('a file that can be written, in a folder that cannot, is overwritten', async () => {
    const home = testHome(CONFIG);
    const owner = 12345;
    await run('chown', [`${owner}:${owner}`, home.paths.config]);
    for (const folder of [home.folder, home.paths.folder]) chmodSync(folder, 0o755); // root's
    const under = ['setpriv', `--reuid=${owner}`, `--regid=${owner}`, '--clear-groups'];
    expect(await cli(['disable'], { env: home.env, under })).toMatchObject({ code: 0 });
    expect(readFileSync(home.paths.config, 'utf8')).toBe(IN_PLACE);
  });

  test.each([
    ['is closed', '"$0" "$1" disable --purge | true; exit 0', 0],
    ['is full', '"$0" "$1" disable --purge > /dev/full', 1],
  ])('an stdout that %s: everything is deleted all the same', async (_name, script, expected) => {
    const home = await homeWithData();
    await putReport(home, '2026-11-20', 'phc_test', home.paths.sent); // deleted last
    const { code } = await run('sh', ['-c', script, process.execPath, CLI], { env: home.env });
    expect(code).toBe(expected);
    expect(tree(home.paths.folder)).toEqual({ 'config.json': OFF });
  });
});
