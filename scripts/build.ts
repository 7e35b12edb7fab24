// Builds dist/: the library as ES modules and as CommonJS, their types, and the command line as minified CommonJS
// (docs/decisions/bundles.md says why).
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { notices, packagesIn } from './third-party.js';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * What a bundled package imports for features that nobody here calls, by the package. Each would be read, compiled and
 * partly run at every start, in a host too while analytics is off (P1): js-yaml is 50 KB, `child_process` and `tty` load `net`.
 */
const UNCALLED = [
  {
    importer: /cosmiconfig.dist.loaders/,
    imports: ['import-fresh', 'js-yaml', 'typescript', 'crypto', 'url', 'fs/promises'],
  },
  { importer: /parse-json/, imports: ['@babel/code-frame'] },
  { importer: /commander/, imports: ['node:child_process'] },
  { importer: /chalk/, imports: ['#supports-color'] },
];
const standIns = {
  name: 'stand-ins',
  resolveId(id, importer = '') {
    const isUncalled = UNCALLED.some((one) => one.importer.test(importer) && one.imports.includes(id));
    return isUncalled ? `${root}scripts/uncalled.ts` : undefined;
  },
};

/** V8 compiles a parenthesised `function` at once, but reads an arrow function twice: with commander, 1 ms of a start. */
const readOnce = {
  name: 'read-once',
  renderChunk: (code) => code.replaceAll(/(rolldown_runtime\.\w+\(\()\(([\w, ]*)\) => \{/g, '$1function($2) {'),
};

const shared = {
  platform: 'node',
  external: ['posthog-node'],
  plugins: [standIns],
  transform: { define: { DOT_AI_ANALYTICS_VERSION: JSON.stringify(version) }, target: 'node20' },
  logLevel: 'warn',
};
const library = { index: 'src/index.ts', mcp: 'src/mcp/index.ts', testing: 'src/testing/index.ts' };

const internals = {
  docs: 'src/cli/docs/documents.ts',
  'config-update': 'src/core/control/config-update.ts',
  home: 'src/platform/home.ts',
  simulation: 'src/simulation/uniqueness.ts',
  reports: 'src/simulation/reports.ts',
  installs: 'src/simulation/installs.ts',
  random: 'src/simulation/random.ts',
  rows: 'src/core/report/rows.ts',
  store: 'src/collector/store/cell-store.ts',
  open: 'src/collector/store/open.ts',
  collector: 'src/collector/collector.ts',
  'dot-ai': 'src/schema/dot-ai.ts',
};

// Beside dist/ and swapped in at the end, so that what runs from there meanwhile finds it whole.
const out = `.dist-${process.pid}`;
mkdirSync(`${out}/cjs`, { recursive: true });
writeFileSync(`${out}/cjs/package.json`, '{ "type": "commonjs" }\n');

process.on('exit', () => rmSync(out, { recursive: true, force: true })); // a build that fails leaves nothing

const [esm, cjs, , page, cli] = await Promise.all([
  build({
    ...shared,
    input: library,
    output: { dir: `${out}/esm`, format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js' },
  }),
  build({
    ...shared,
    input: library,
    output: { dir: `${out}/cjs`, format: 'cjs', chunkFileNames: 'chunks/[name]-[hash].js' },
  }),
  // For `npm run docs`, and for tests that race processes of their own; not in the package.
  build({
    ...shared,
    external: [...shared.external, 'node-sqlite3-wasm'],
    input: internals,
    output: { dir: `${out}/internals`, format: 'esm' },
  }),
  // The collector's dashboard, for browsers.
  build({
    platform: 'browser',
    input: { app: 'src/collector/page/main.ts' },
    transform: { define: { 'process.env.NODE_ENV': '"production"' }, target: 'es2022' },
    output: { dir: `${out}/page`, format: 'esm', minify: true },
    logLevel: 'warn',
  }),
  build({
    ...shared,
    plugins: [standIns, readOnce],
    input: { bin: 'src/cli/bin.ts' },
    output: {
      dir: `${out}/cli`,
      format: 'cjs',
      minify: true,
      entryFileNames: '[name].cjs',
      chunkFileNames: 'chunks/[name]-[hash].cjs',
      // What `status` runs is one file: each more would cost its start 0.5 ms.
      codeSplitting: { groups: [{ name: 'status', test: /src.cli.(bin|commands.status)/ }] },
    },
  }),
]);

for (const file of ['index.html', 'style.css']) copyFileSync(`src/collector/page/${file}`, `${out}/page/${file}`);
// Where its loader, which is bundled, looks for it: beside itself.
const wasm = 'node_modules/node-sqlite3-wasm/dist/node-sqlite3-wasm.wasm';
copyFileSync(wasm, `${out}/cli/chunks/node-sqlite3-wasm.wasm`);

const thirdParty = packagesIn({ 'command line': [cli], dashboard: [page], library: [esm, cjs] });
writeFileSync(`${out}/THIRD-PARTY-NOTICES.txt`, notices(thirdParty));
writeFileSync(`${out}/internals/third-party.json`, JSON.stringify(thirdParty)); // for `npm run check`

const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
for (const folder of ['esm', 'cjs']) {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', `${out}/${folder}`], {
    stdio: 'inherit',
  });
  removeUnreached(`${out}/${folder}`);
}

/** tsc declares every file; those that no entry leads to are nobody's, and more than half. */
function removeUnreached(folder) {
  const reached = new Set(['index.d.ts', 'mcp/index.d.ts', 'testing/index.d.ts'].map((path) => join(folder, path)));
  for (const path of reached) {
    const imports = readFileSync(path, 'utf8').matchAll(/(?:from|import|import\()\s*['"](\..*?)\.js['"]/g);
    for (const [, module] of imports) reached.add(join(path, '..', `${module}.d.ts`));
  }
  const declarations = readdirSync(folder, { recursive: true }).filter((path) => path.endsWith('.d.ts'));
  for (const path of declarations.map((name) => join(folder, name)).filter((name) => !reached.has(name))) rmSync(path);
}

if (existsSync('dist')) renameSync('dist', `${out}-old`);
renameSync(out, 'dist');
rmSync(`${out}-old`, { recursive: true, force: true });
