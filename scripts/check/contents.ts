// The files in the package, and the licenses of others' code in it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Bundled, Licensed } from '../third-party.js';
import type { Context } from './context.js';
import { isForDevelopment, lockedPackages } from './lock-file.js';
import { ROOT } from './run.js';

const EXPECTED = [
  /^(package\.json|README\.md|LICENSE|SECURITY\.md|CHANGELOG\.md)$/,
  /^bin\/dot-ai-analytics\.cjs$/,
  /^man\/dot-ai-analytics(-[a-z]+)?\.1$/,
  /^docs\/((decisions\/)?[\w-]+\.md|openapi\.json|schemas\/[a-z]+\.json)$/,
  /^dist\/(esm|cjs)\/.+\.(js|d\.ts)$/,
  /^dist\/cjs\/package\.json$/,
  /^dist\/cli\/(bin\.cjs|chunks\/[\w-]+\.(cjs|wasm\.br))$/,
  /^dist\/page\/(app\.js|index\.html|style\.css)$/,
  /^dist\/(THIRD-PARTY-NOTICES\.txt|posthog-node\.cjs)$/,
];

const NOTICES = 'dist/THIRD-PARTY-NOTICES.txt';

export async function files({ packed }: Context): Promise<string> {
  const { files: list, size, unpackedSize } = await packed();
  const paths = list.map(({ path }) => path);
  const { bin }: { bin: Readonly<Record<string, string>> } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const needed = ['LICENSE', NOTICES, ...Object.values(bin), ...manualPages()];
  const missing = needed.filter((path) => !paths.includes(path));
  const unexpected = paths.filter((path) => !EXPECTED.some((pattern) => pattern.test(path)));
  const wrong = [...missing.map((path) => `missing: ${path}`), ...unexpected.map((path) => `unexpected: ${path}`)];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return `${paths.length} files, ${size.toLocaleString('en')} bytes packed, ${unpackedSize.toLocaleString('en')} unpacked`;
}

/** `directories.man` of package.json names the folder, not the pages. */
export function manualPages(): readonly string[] {
  return readdirSync(`${ROOT}man`).map((name) => `man/${name}`);
}

/** Permissive, and satisfied by notices that go along. A person has to read any other. */
const KNOWN = ['MIT', 'ISC', '0BSD', 'BSD-3-Clause', 'Apache-2.0'];
const DOCUMENT = 'docs/licences.md';

/** The list is up to date, somebody has read every license, and bundled packages have their notices. */
export function licences({ write }: Context): string {
  const all = [...bundled(), ...installed()];
  const foreign = all.filter(({ license }) => !KNOWN.includes(license)).map(named);
  if (foreign.length > 0) throw new Error(`nobody has read the license of ${foreign.join(', ')}`);
  const texts = readFileSync(`${ROOT}${NOTICES}`, 'utf8').split('\n');
  const without = bundled()
    .map(named)
    .filter((line) => !texts.includes(line));
  if (without.length > 0) throw new Error(`${NOTICES} lacks ${without.join(', ')}`);

  const document = licencesMarkdown();
  if (write) writeFileSync(`${ROOT}${DOCUMENT}`, document);
  if (!existsSync(`${ROOT}${DOCUMENT}`) || readFileSync(`${ROOT}${DOCUMENT}`, 'utf8') !== document) {
    throw new Error(`${DOCUMENT} does not describe this build: npm run check -- --only licences --write`);
  }
  return `${bundled().length} packages bundled, ${installed().length} installed: ${[...new Set(all.map(({ license }) => license))].sort().join(', ')}`;
}

/** The packages that scripts/build.ts found in the bundles. */
export function bundled(): readonly Bundled[] {
  return JSON.parse(readFileSync(`${ROOT}dist/third-party.json`, 'utf8'));
}

/** The packages that npm installs with ours, as locked. */
export function installed(): readonly Licensed[] {
  return Object.entries(lockedPackages())
    .filter(([path, locked]) => path !== '' && !isForDevelopment(locked))
    .map(([path, { version, license }]) => ({ name: path.replace(/.*node_modules\//, ''), version, license }));
}

function named({ name, version, license }: Licensed): string {
  return `${name} ${version} (${license})`;
}

function licencesMarkdown(): string {
  const line = (...cells: string[]) => `| ${cells.join(' | ')} |`;
  return `# Licences

Made by \`npm run check -- --only licences --write\` from the bundles and package-lock.json. The package itself is under the MIT licence.

## Installed with it

In the versions that were tested; npm may choose newer ones.

| package | version | licence |
|---|---|---|
${installed()
  .map(({ name, version, license }) => line(name, version, license))
  .join('\n')}

## Bundled

Of each of these at least one module is in \`dist/\`; of rolldown, the bundler, a few helpers. Their licences and notices are in
\`dist/THIRD-PARTY-NOTICES.txt\`. node-sqlite3-wasm contains SQLite, which is in the public domain.

| package | version | licence | in |
|---|---|---|---|
${bundled()
  .map(({ name, version, license, bundles }) => line(name, version, license, bundles.join(', ')))
  .join('\n')}
`;
}
