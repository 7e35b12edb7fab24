import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { testHome } from '../support/home.js';
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

test.each([
  ['what `status` reads', () => ['dist/cli/bin.cjs'], 80],
  ['what a server reads that embeds it', () => withLoaded('dist/cjs/index.js', 'dist/cjs/mcp.js'), 228],
  ['the dashboard', () => ['dist/page'], 70],
  ['all programs of the package', () => ['dist/cli', 'dist/page', 'dist/esm', 'dist/cjs'], 2900],
])('%s has a limit (%o, %i KiB)', (_what, paths, most) => {
  const bytes = paths().reduce((sum, path) => sum + size(path), 0);
  expect(bytes / KIB).toBeLessThanOrEqual(most);
  expect(bytes / KIB).toBeGreaterThan(most / 2); // a limit far above means nothing
});

/** Modules of Node that a command has loaded beyond those of `node -e 0`, and files. */
async function loadedBy(...args: string[]): Promise<{ modules: string[]; files: string[] }> {
  const home = testHome();
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
  expect(code).toBe(0);
  return JSON.parse(readFileSync(result, 'utf8'));
}

test('`status` loads three files, and of Node only what reads files and prints', async () => {
  const { modules, files } = await loadedBy('status');
  expect(files.map((file) => relative(ROOT, file)).sort()).toEqual([
    'bin/dot-ai-analytics.cjs',
    'dist/cli/bin.cjs',
    expect.stringMatching(/^dist\/cli\/chunks\/rolldown-runtime-.*\.cjs$/),
  ]);
  const heavy =
    /^(_?http|https|http2|tls|_tls|net|dns|crypto|child_process|worker_threads|zlib|tty|internal\/(crypto|deps\/undici|child_process|dns))/;
  expect(modules.filter((name) => heavy.test(name))).toEqual([]);
  expect(modules.length).toBeLessThanOrEqual(30);
});

test('the budget sees what is loaded: `preview` loads the encoder, and that a network', async () => {
  const { modules } = await loadedBy('preview');
  expect(modules.some((name) => name === 'http' || name === 'https')).toBe(true);
});
