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
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'rolldown';
import { SCHEMA } from '../src/schema/fields.js';
import { encoderBundle } from './encoder-bundle.js';
import { notices, packagesIn } from './third-party.js';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

/**
 * Imports of bundled packages for features that nobody here calls. Each would be read, compiled and partly run at every
 * start, in a host too while analytics is off (P1): js-yaml is 50 KB, `child_process` and `tty` load `net`.
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
const standIns: Plugin = {
  name: 'stand-ins',
  resolveId(id, importer = '') {
    const isUncalled = UNCALLED.some((one) => one.importer.test(importer) && one.imports.includes(id));
    return isUncalled ? `${root}scripts/uncalled.ts` : undefined;
  },
};

// Beside dist/ and swapped in at the end, so that a program that runs from there meanwhile finds it whole.
const out = `.dist-${process.pid}`;
mkdirSync(`${out}/cjs`, { recursive: true });
writeFileSync(`${out}/cjs/package.json`, '{ "type": "commonjs" }\n');
process.on('exit', () => rmSync(out, { recursive: true, force: true })); // a build that fails leaves nothing

/**
 * posthog-node is one file of its own, which only the freezing of a report loads, and which all bundles share. What
 * loads it is in a chunk of each, so that the path is the same.
 */
const ENCODER = '../../posthog-node.cjs';
const encoder = (format: 'esm' | 'cjs'): Plugin => ({
  name: 'encoder',
  transform: {
    filter: { id: /core.report.posthog-client\.ts$/ },
    handler(code) {
      // CommonJS has a `require` of its own. To create one loads Node's loader of ES modules.
      const required = format === 'cjs' ? code.replace('createRequire(import.meta.url)', 'require') : code;
      return required.replaceAll("'posthog-node'", `'${ENCODER}'`);
    },
  },
  resolveId: (id) => (id === ENCODER ? { id, external: true } : undefined),
});

/** Of an error, only docs/errors.md says when it happens and what to do. */
const errors: Plugin = {
  name: 'errors',
  transform: {
    filter: { id: /platform.error-table.(cli|library|collector|posthog)\.ts$/ },
    handler: (code) => code.replace(/^ {2}(?:why|remedy):\s+(['"`]).*\1,\n/gm, ''),
  },
};

/** The table of fields is left out where only the number of its newest field is needed. */
const schemaNumber: Plugin = {
  name: 'schema-number',
  load: { filter: { id: /schema.schema-number\.ts$/ }, handler: () => `export const SCHEMA = ${SCHEMA};` },
};

const forNode = (format: 'esm' | 'cjs'): BuildOptions => ({
  platform: 'node',
  plugins: [standIns, encoder(format), errors, schemaNumber],
  resolve: { alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' } }, // its CommonJS form cannot be bundled
  transform: { target: 'node20' },
  logLevel: 'warn',
});
const library = (format: 'esm' | 'cjs'): BuildOptions => ({
  ...forNode(format),
  input: { index: 'src/index.ts', mcp: 'src/mcp/index.ts', testing: 'src/testing/index.ts' },
  output: {
    dir: `${out}/${format}`,
    format,
    chunkFileNames: 'chunks/[name]-[hash].js',
    comments: { jsdoc: false }, // they are in the declarations; a server would read them at every start
  },
});
const dashboard: BuildOptions = {
  platform: 'browser',
  input: { app: 'src/collector/page/main.ts' },
  transform: { define: { 'process.env.NODE_ENV': '"production"' }, target: 'es2022' },
  output: { dir: `${out}/page`, format: 'esm', minify: true },
  logLevel: 'warn',
};
const commandLine: BuildOptions = {
  ...forNode('cjs'),
  input: { bin: 'src/cli/bin.ts' },
  output: {
    dir: `${out}/cli`,
    format: 'cjs',
    minify: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    // Few files, each of which is all that a start needs: reading and compiling code is most of what a start costs.
    codeSplitting: {
      groups: [
        { name: 'bin', test: /src.cli.bin/, priority: 4 },
        { name: 'status', test: /src.cli.commands.status/, priority: 3 },
        { name: 'local-data', test: /src.core.inspect.local-data/, priority: 2 },
        { name: 'report-rows', test: /src.cli.report-rows/, priority: 1 },
        { name: 'preview', test: /src.cli.commands.preview/ },
        { name: 'help', test: /src.cli.help/ },
      ],
    },
  },
};

const [esm, cjs, page, cli, client] = await Promise.all([
  build(library('esm')),
  build(library('cjs')),
  build(dashboard),
  build(commandLine),
  build(encoderBundle('posthog-node', out)),
]);

for (const file of ['index.html', 'style.css']) copyFileSync(`src/collector/page/${file}`, `${out}/page/${file}`);
// Its loader, which is bundled, looks for it beside itself.
const wasm = 'node_modules/node-sqlite3-wasm/dist/node-sqlite3-wasm.wasm';
copyFileSync(wasm, `${out}/cli/chunks/node-sqlite3-wasm.wasm`);

const thirdParty = packagesIn({
  'command line': [cli],
  dashboard: [page],
  library: [esm, cjs],
  encoder: [client],
});
writeFileSync(`${out}/THIRD-PARTY-NOTICES.txt`, notices(thirdParty));
writeFileSync(`${out}/third-party.json`, JSON.stringify(thirdParty)); // for `npm run check`; not in the package

const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
for (const folder of ['esm', 'cjs']) {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', `${out}/${folder}`], {
    stdio: 'inherit',
  });
  removeUnreached(`${out}/${folder}`);
}

if (existsSync('dist')) renameSync('dist', `${out}-old`);
renameSync(out, 'dist');
rmSync(`${out}-old`, { recursive: true, force: true });

/** tsc declares every file. No entry leads to more than half of the declarations. */
function removeUnreached(folder: string): void {
  const reached = new Set(['index.d.ts', 'mcp/index.d.ts', 'testing/index.d.ts'].map((path) => join(folder, path)));
  for (const path of reached) {
    const imports = readFileSync(path, 'utf8').matchAll(/(?:from|import|import\()\s*['"](\..*?)\.js['"]/g);
    for (const [, module] of imports) reached.add(join(path, '..', `${module}.d.ts`));
  }
  const declarations = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.d.ts'),
  );
  for (const path of declarations.map((name) => join(folder, name)).filter((name) => !reached.has(name))) rmSync(path);
}
