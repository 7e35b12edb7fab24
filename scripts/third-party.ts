// What others wrote of what is in dist/: the notices that have to go along with it (scripts/build.ts), and the list in docs/licences.md (scripts/check/contents.ts).
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));

/**
 * The packages of which a module is in a bundle, by name.
 *
 * @param bundles what rolldown returned, by the name that the list has for it
 * @returns for each its folder, name, version, licence, and the bundles it is in
 */
export function packagesIn(bundles) {
  const found = new Map();
  for (const [bundle, results] of Object.entries(bundles)) {
    const ids = results.flatMap(({ output }) => output).flatMap(({ modules = {} }) => Object.keys(modules));
    for (const folder of new Set(ids.map(folderOf).filter(Boolean))) {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      // Two copies of one version, in two folders, are one entry.
      const entry = found.get(`${name}@${version}`) ?? { folder, name, version, licence: license, bundles: [] };
      found.set(`${name}@${version}`, { ...entry, bundles: [...new Set([...entry.bundles, bundle])] });
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The package's folder, which may be below another's; undefined for what is our own. */
function folderOf(id) {
  if (id.startsWith('\0rolldown/')) return join(NODE_MODULES, 'rolldown'); // the helpers that a bundle begins with
  return /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(id)?.[1];
}

const TEXT = /licen[cs]e|notice|copying/i;

/** Licences and notices as the package has them. MIT, BSD, ISC and Apache-2.0 all ask that they go along. */
function textsOf(folder) {
  const more = join(folder, 'licenses'); // echarts: of what it has copied itself
  const paths = [folder, ...(existsSync(more) ? [more] : [])].flatMap((at) =>
    readdirSync(at, { withFileTypes: true })
      .filter((entry) => entry.isFile() && TEXT.test(entry.name))
      .map(({ name }) => join(at, name)),
  );
  if (paths.length === 0) throw new Error(`${folder} has no licence to go along with it in dist/`);
  return paths.map((path) => readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trim()).join('\n\n');
}

const RULE = '='.repeat(80);

/** One text for the package; packages with the very same text share it. */
export function notices(packages) {
  const byText = new Map();
  for (const { folder, name, version, licence } of packages) {
    const text = textsOf(folder);
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version} (${licence})`]);
  }
  const parts = [...byText].map(([text, names]) => `${RULE}\n${names.join('\n')}\n\n${text}\n`);
  return `The programs in this folder contain code of the packages below, each under the licence that follows it.\n\n${parts.join('\n')}`;
}
