import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, run } from './support/processes.js';

test('files import only from earlier stages of the flow', async () => {
  const cruise = `${ROOT}node_modules/dependency-cruiser/bin/dependency-cruise.mjs`;
  const { code, stdout } = await run(process.execPath, [cruise, 'src', '--config', '.dependency-cruiser.cjs'], {
    cwd: ROOT,
  });
  expect(stdout).toMatch(/no dependency violations found \(\d{2,} modules/);
  expect(code).toBe(0);
});

test('every folder of src/ is on the map in CONTRIBUTING.md', () => {
  const map = readFileSync(`${ROOT}CONTRIBUTING.md`, 'utf8');
  const folders = readdirSync(`${ROOT}src`, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  for (const { name } of folders) expect(map).toMatch(new RegExp(`^ +${name}/ `, 'm'));
});

test('every file of the library and the collector is named on the map, in the lines of its folder', () => {
  const map = readFileSync(`${ROOT}CONTRIBUTING.md`, 'utf8').split('## The words')[0] ?? '';
  const entries = folderEntries(map);
  const files = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const exempted = /^(cli\/(commands|docs)|collector\/page|platform\/error-table)\/|(^|\/)index\.ts$/;
  const unnamed = files.filter((name) => {
    const entry = entries.get(basename(dirname(name))) ?? '';
    return !exempted.test(name) && !new RegExp(`(?<![\\w-])${basename(name, '.ts')}(?![\\w-])`).test(entry);
  });
  expect(unnamed).toEqual([]);
});

/** The text of each folder on the map, by the folder's name: from its line to that of the next folder. */
function folderEntries(map: string): Map<string, string> {
  const parts = map.split(/^ {4,}([a-z-]+)\/ /m).slice(1);
  return new Map(parts.flatMap((name, at) => (at % 2 === 0 ? [[name, parts[at + 1] ?? ''] as const] : [])));
}

test('every path that CONTRIBUTING.md names is there', () => {
  const map = readFileSync(`${ROOT}CONTRIBUTING.md`, 'utf8');
  const paths = [
    ...map.matchAll(/`((?:src|test|bench|docs|scripts|examples|bin|man)\/[A-Za-z0-9_./-]*|\.[a-z-]+\.cjs)`/g),
  ].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(20);
  for (const path of paths) expect(existsSync(`${ROOT}${path}`), path).toBe(true);
});

test('no document has a placeholder left in it', () => {
  for (const name of readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.md'),
  )) {
    expect(readFileSync(`${ROOT}docs/${name}`, 'utf8').match(/^[A-Z_]+$/m), name).toBeNull();
  }
});

test('nothing but the output of the command line prints', () => {
  const files = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const printing = files.filter((name) =>
    /\bconsole\.|\bstd(out|err)\.write/.test(withoutComments(readFileSync(`${ROOT}src/${name}`, 'utf8'))),
  );
  expect(printing.sort()).toEqual(['cli/output.ts']);
});

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}
