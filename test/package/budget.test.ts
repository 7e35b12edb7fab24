import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { type TestHome, testHome } from '../support/home.js';
import { CLI, ROOT, run } from '../support/processes.js';

/*
 * What a start costs is measured by `npm run bench`; here is what it depends on and no machine changes: bytes that are
 * read and compiled, and modules that are loaded. Measure first, then raise a limit that is in the way.
 */

const KIB = 1024;

function size(path: string): number {
  const at = join(ROOT, path);
  if (!statSync(at).isDirectory()) return statSync(at).size;
  return readdirSync(at).reduce((sum, name) => sum + size(join(path, name)), 0);
}

/** The files, and those that they load at once, not those that they load when they need them. */
function withLoaded(...paths: string[]): string[] {
  const all = new Set(paths);
  for (const path of all) {
    const loads = readFileSync(join(ROOT, path), 'utf8').matchAll(/^(?:const|let|var) .*= require\("(\..+?)"\)/gm);
    for (const [, file = ''] of loads) all.add(join(dirname(path), file));
  }
  return [...all];
}

/** A chunk's file, which has a hash of the content in its name. */
function chunkFile(name: string): string {
  const file = readdirSync(join(ROOT, 'dist/cli/chunks')).find((one) =>
    new RegExp(`^${name}-[\\w-]{8}\\.cjs$`).test(one),
  );
  return `dist/cli/chunks/${file}`;
}

test.each([
  ['what `status` reads', () => ['dist/cli/bin.cjs', chunkFile('status')], 62],
  ['what `--help` reads', () => ['dist/cli/bin.cjs', chunkFile('help')], 26],
  ['the encoder', () => ['dist/posthog-node.cjs'], 88],
  ['what a server reads that embeds it', () => withLoaded('dist/cjs/index.js', 'dist/cjs/mcp.js'), 228],
  ['the dashboard', () => ['dist/page'], 70],
  ['all programs of the package', () => ['dist/cli', 'dist/page', 'dist/esm', 'dist/cjs'], 1300],
])('%s has a limit (%o, %i KiB)', (_what, paths, most) => {
  const bytes = paths().reduce((sum, path) => sum + size(path), 0);
  expect(bytes / KIB).toBeLessThanOrEqual(most);
  expect(bytes / KIB).toBeGreaterThan(most / 2); // a limit far above means nothing
});

/** Modules of Node that a command has loaded beyond those of `node -e 0`, and files. */
async function loadedBy(
  args: readonly string[],
  { home = testHome(), exit = 0 }: { home?: TestHome; exit?: number } = {},
): Promise<{ modules: string[]; files: string[] }> {
  const result = join(home.folder, 'loaded.json');
  const probe = join(home.folder, 'probe.cjs');
  writeFileSync(
    probe,
    `const before = new Set(process.moduleLoadList);
     process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(result)}, JSON.stringify({
       modules: process.moduleLoadList.filter((name) => !before.has(name)).map((name) => name.replace('NativeModule ', '')),
       files: Object.keys(require.cache).filter((name) => name !== __filename) })));`,
  );
  // A file for stdout: for a pipe or a terminal Node itself loads net or tty.
  const { code } = await run('sh', ['-c', `"$0" "$@" > out`, process.execPath, '-r', probe, CLI, ...args], {
    env: home.env,
    cwd: home.folder,
  });
  expect(code).toBe(exit);
  return JSON.parse(readFileSync(result, 'utf8'));
}

/** Without the hash of a chunk's content. */
const stableName = (file: string) => relative(ROOT, file).replace(/-[\w-]{8}\.cjs$/, '.cjs');

const START = ['bin/dot-ai-analytics.cjs', 'dist/cli/bin.cjs', 'dist/cli/chunks/rolldown-runtime.cjs'];
const chunks = (...names: string[]) => [...START, ...names.map((name) => `dist/cli/chunks/${name}.cjs`)].sort();

test.each([
  [['status'], chunks('status')],
  [['--version'], chunks()],
  [['--help'], chunks('help')],
  [['enable', '--help'], chunks('help')],
  [['help', 'sent'], chunks('help')],
])('%j loads these files, and nothing of Node but what knows the home folder', async (args, expected) => {
  const { modules, files } = await loadedBy(args);
  expect(files.map(stableName).sort()).toEqual(expected);
  expect(modules.filter((name) => !['Internal Binding os', 'os'].includes(name))).toEqual([]);
});

/** What could send, start a process, or is large. */
const HEAVY =
  /^(_?http|https|http2|tls|_tls|net|dns|child_process|worker_threads|zlib|tty|internal\/(deps\/undici|webstreams|child_process|dns))/;
const CRYPTO = /^(internal\/)?crypto/;

test.each([
  [['sent'], chunks('status', 'local-data', 'report-rows', 'foreign-text', 'sent', 'sent')],
  [['hint'], chunks('status', 'local-data', 'config-update', 'hint')],
  [['schema'], chunks('status', 'local-data', 'schema')],
])('%j loads these files, and of Node no network, process, compression or hashing', async (args, expected) => {
  const { modules, files } = await loadedBy(args);
  expect(files.map(stableName).sort()).toEqual(expected);
  expect(modules.filter((name) => HEAVY.test(name) || CRYPTO.test(name))).toEqual([]);
});

test('`preview` loads these files, hashing, and no network', async () => {
  const { modules, files } = await loadedBy(['preview']);
  expect(files.map(stableName).sort()).toEqual([
    ...chunks('local-data', 'preview', 'report-rows', 'status'),
    'dist/posthog-node.cjs',
  ]);
  expect(modules.filter((name) => HEAVY.test(name))).toEqual([]);
  expect(modules).toContain('crypto');
});

test('where there is data, `status` loads one file more', async () => {
  const home = testHome();
  mkdirSync(home.paths.data, { recursive: true, mode: 0o700 });
  expect((await loadedBy(['status'], { home })).files.map(stableName).sort()).toEqual(chunks('local-data', 'status'));
});

test('the budget sees what is loaded: `collector` loads a network, also where its command line is wrong', async () => {
  const { modules } = await loadedBy(['collector', 'publish'], { exit: 2 });
  expect(modules.filter((name) => HEAVY.test(name))).not.toEqual([]);
});
