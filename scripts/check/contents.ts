// What is in the package, and whose it is.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from './run.js';

const EXPECTED = [
  /^(package\.json|README\.md|LICENSE|SECURITY\.md|CHANGELOG\.md)$/,
  /^bin\/dot-ai-analytics\.cjs$/,
  /^man\/dot-ai-analytics(-[a-z]+)?\.1$/,
  /^docs\/(decisions\/)?([\w-]+\.md|openapi\.json)$/,
  /^dist\/(esm|cjs)\/.+\.(js|d\.ts)$/,
  /^dist\/cjs\/package\.json$/,
  /^dist\/cli\/(bin\.cjs|chunks\/[\w-]+\.(cjs|wasm))$/,
  /^dist\/page\/(app\.js|index\.html|style\.css)$/,
  /^dist\/THIRD-PARTY-NOTICES\.txt$/,
];

const NOTICES = 'dist/THIRD-PARTY-NOTICES.txt';

export async function files({ packed }) {
  const { files: list, size, unpackedSize } = await packed();
  const paths = list.map(({ path }) => path);
  const { bin, man } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const missing = ['LICENSE', NOTICES, ...Object.values(bin), ...man].filter((path) => !paths.includes(path));
  const unexpected = paths.filter((path) => !EXPECTED.some((pattern) => pattern.test(path)));
  const wrong = [...missing.map((path) => `missing: ${path}`), ...unexpected.map((path) => `unexpected: ${path}`)];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return `${paths.length} files, ${size.toLocaleString('en')} bytes packed, ${unpackedSize.toLocaleString('en')} unpacked`;
}

/** Permissive, and content with notices that go along. Another one is for a person to read. */
const KNOWN = ['MIT', 'ISC', '0BSD', 'BSD-3-Clause', 'Apache-2.0'];
const DOCUMENT = 'docs/licences.md';

/** The list is right, every licence is one that was read, and the notices of what is bundled are there. */
export function licences({ write }) {
  const all = [...bundled(), ...installed()];
  const foreign = all.filter(({ licence }) => !KNOWN.includes(licence)).map(named);
  if (foreign.length > 0) throw new Error(`nobody has read the licence of ${foreign.join(', ')}`);
  const texts = readFileSync(`${ROOT}${NOTICES}`, 'utf8').split('\n');
  const without = bundled()
    .map(named)
    .filter((line) => !texts.includes(line));
  if (without.length > 0) throw new Error(`${NOTICES} lacks ${without.join(', ')}`);

  const document = licencesMarkdown();
  if (write) writeFileSync(`${ROOT}${DOCUMENT}`, document);
  if (!existsSync(`${ROOT}${DOCUMENT}`) || readFileSync(`${ROOT}${DOCUMENT}`, 'utf8') !== document) {
    throw new Error(`${DOCUMENT} is not about what is built: npm run check -- --only licences --write`);
  }
  return `${bundled().length} packages bundled, ${installed().length} installed: ${[...new Set(all.map(({ licence }) => licence))].sort().join(', ')}`;
}

/** What scripts/build.ts found in the bundles. */
export function bundled() {
  return JSON.parse(readFileSync(`${ROOT}dist/internals/third-party.json`, 'utf8'));
}

/** What npm installs with the package, as locked. */
export function installed() {
  const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version, license }]) => ({ name: path.replace(/.*node_modules\//, ''), version, licence: license }));
}

function named({ name, version, licence }) {
  return `${name} ${version} (${licence})`;
}

function licencesMarkdown() {
  const line = (...cells) => `| ${cells.join(' | ')} |`;
  return `# Licences

Made by \`npm run check -- --only licences --write\` from the bundles and package-lock.json. The package itself is under the MIT licence.

## Installed with it

In the versions that were tested; npm may choose newer ones.

| package | version | licence |
|---|---|---|
${installed()
  .map(({ name, version, licence }) => line(name, version, licence))
  .join('\n')}

## Bundled

Of each of these at least one module is in \`dist/\`; of rolldown, the bundler, a few helpers. Their licences and notices are in
\`dist/THIRD-PARTY-NOTICES.txt\`. node-sqlite3-wasm contains SQLite, which is in the public domain.

| package | version | licence | in |
|---|---|---|---|
${bundled()
  .map(({ name, version, licence, bundles }) => line(name, version, licence, bundles.join(', ')))
  .join('\n')}
`;
}
