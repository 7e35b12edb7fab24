// The packages of others that are bundled into dist/: the notices that go with them (scripts/build.ts), and the list in
// docs/licences.md (scripts/check/contents.ts).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RolldownOutput } from 'rolldown';

const NODE_MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

export interface Licensed {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

export interface Bundled extends Licensed {
  readonly folder: string;
  /** The bundles that it is in. */
  readonly bundles: readonly string[];
}

/**
 * The packages of which a bundle has a module, sorted by name.
 *
 * @param bundles what rolldown returned, by the name that the list has for it
 */
export function packagesIn(bundles: Readonly<Record<string, readonly RolldownOutput[]>>): readonly Bundled[] {
  const found = new Map<string, Bundled>();
  for (const [bundle, results] of Object.entries(bundles)) {
    for (const folder of new Set(results.flatMap(foldersIn))) {
      const { name, version, license }: Licensed = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      // Two copies of one version, in two folders, are one entry.
      const entry = found.get(`${name}@${version}`) ?? { folder, name, version, license, bundles: [] };
      found.set(`${name}@${version}`, { ...entry, bundles: [...new Set([...entry.bundles, bundle])] });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function foldersIn({ output }: RolldownOutput): readonly string[] {
  const ids = output.flatMap((part) => (part.type === 'chunk' ? Object.keys(part.modules) : []));
  return ids.map(folderOf).filter((folder) => folder !== undefined);
}

/** The package's folder, which may be below another's; undefined for our own modules. */
function folderOf(id: string): string | undefined {
  if (id.startsWith('\0rolldown/')) return join(NODE_MODULES, 'rolldown'); // the helpers that a bundle begins with
  return /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id)?.[1];
}

const TEXT = /licen[cs]e|notice|copying/i;

/** Licenses and notices as the package has them. MIT, BSD, ISC and Apache-2.0 all require that they go along. */
function textsOf(folder: string): string {
  const more = join(folder, 'licenses'); // echarts: of code that it copied itself
  const paths = [folder, ...(existsSync(more) ? [more] : [])].flatMap((at) =>
    readdirSync(at, { withFileTypes: true })
      .filter((entry) => entry.isFile() && TEXT.test(entry.name))
      .map(({ name }) => join(at, name)),
  );
  if (paths.length === 0) throw new Error(`${folder} has no license to go along with it in dist/`);
  return paths.map((path) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trim()).join('\n\n');
}

const RULE = '='.repeat(80);

/** One text for the package; packages with the very same text share it. */
export function notices(packages: readonly Bundled[]): string {
  const byText = new Map<string, string[]>();
  for (const { folder, name, version, license } of packages) {
    const text = textsOf(folder);
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...byText].map(([text, names]) => `${RULE}\n${names.join('\n')}\n\n${text}\n`);
  return `The programs in this folder contain code of the packages below, each under the licence that follows it.\n\n${parts.join('\n')}`;
}
