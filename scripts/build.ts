// Builds dist/: the library as CommonJS, ES modules that pass it on, their types, and the command line as minified
// CommonJS (docs/decisions/bundles.md says why).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
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
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
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
const encoder: Plugin = {
  name: 'encoder',
  transform: {
    filter: { id: /core.report.posthog-client\.ts$/ },
    // CommonJS has a `require` of its own. To create one loads Node's loader of ES modules.
    handler: (code) =>
      code.replace('createRequire(import.meta.url)', 'require').replaceAll("'posthog-node'", `'${ENCODER}'`),
  },
  resolveId: (id) => (id === ENCODER ? { id, external: true } : undefined),
};

/** SQLite is half of the package. It is packed, and unpacked by a Node that has no SQLite itself. */
const WASM = 'node-sqlite3-wasm.wasm';
const sqlite: Plugin = {
  name: 'sqlite',
  transform: {
    filter: { id: /node-sqlite3-wasm\.js$/ },
    handler(code) {
      const unpacked = code
        .replace(`locateFile("${WASM}")`, `locateFile("${WASM}.br")`)
        .replace('return readBinary(file)', 'return require("node:zlib").brotliDecompressSync(readBinary(file))');
      if (!unpacked.includes(`${WASM}.br`) || !unpacked.includes('brotliDecompressSync'))
        throw new Error('the loader of SQLite has changed');
      return unpacked;
    },
  },
};

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

const forNode: BuildOptions = {
  platform: 'node',
  plugins: [standIns, encoder, sqlite, errors, schemaNumber],
  resolve: { alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' } }, // its CommonJS form cannot be bundled
  transform: { target: 'node20' },
  logLevel: 'warn',
};
/** The entries, and where their types are. */
const ENTRIES = { index: 'index', mcp: 'mcp/index', testing: 'testing/index' };
const library: BuildOptions = {
  ...forNode,
  input: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, `src/${path}.ts`])),
  output: {
    dir: `${out}/cjs`,
    format: 'cjs',
    chunkFileNames: 'chunks/[name]-[hash].js',
    comments: { jsdoc: false }, // they are in the declarations; a server would read them at every start
  },
};
const dashboard: BuildOptions = {
  platform: 'browser',
  input: { app: 'src/collector/page/main.ts' },
  transform: { define: { 'process.env.NODE_ENV': '"production"' }, target: 'es2022' },
  output: { dir: `${out}/page`, format: 'esm', minify: true },
  logLevel: 'warn',
};
const commandLine: BuildOptions = {
  ...forNode,
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

const [cjs, page, cli, client] = await Promise.all([
  build(library),
  build(dashboard),
  build(commandLine),
  build(encoderBundle('posthog-node', out)),
]);

for (const file of ['index.html', 'style.css']) copyFileSync(`src/collector/page/${file}`, `${out}/page/${file}`);
// Its loader, which is bundled, looks for it beside itself.
writeFileSync(`${out}/cli/chunks/${WASM}.br`, packed(`node_modules/node-sqlite3-wasm/dist/${WASM}`));

const thirdParty = packagesIn({
  'command line': [cli],
  dashboard: [page],
  library: [cjs],
  encoder: [client],
});
writeFileSync(`${out}/THIRD-PARTY-NOTICES.txt`, notices(thirdParty));
writeFileSync(`${out}/third-party.json`, JSON.stringify(thirdParty)); // for `npm run check`; not in the package

const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', `${out}/cjs`], { stdio: 'inherit' });
removeUnreached(`${out}/cjs`);
for (const [name, path] of Object.entries(ENTRIES)) passOn(name, path);

if (existsSync('dist')) renameSync('dist', `${out}-old`);
renameSync(out, 'dist');
rmSync(`${out}-old`, { recursive: true, force: true });

/** An ES module with the exports of the CommonJS one, so that a server that uses both has one library. */
function passOn(name: string, types: string): void {
  const up = types.includes('/') ? '../..' : '..';
  const exported = Object.keys(createRequire(import.meta.url)(`${root}${out}/cjs/${name}.js`)).join(', ');
  mkdirSync(dirname(`${out}/esm/${types}`), { recursive: true });
  writeFileSync(
    `${out}/esm/${name}.js`,
    `import library from '../cjs/${name}.js';\n\nexport const { ${exported} } = library;\n`,
  );
  writeFileSync(`${out}/esm/${types}.d.ts`, `export * from '${up}/cjs/${types}.js';\n`);
}

/** Packing takes ten seconds, so it is done once for each version. */
function packed(path: string): Buffer {
  const bytes = readFileSync(path);
  const folder = 'node_modules/.cache/dot-ai-analytics';
  const cached = `${folder}/${createHash('sha256').update(bytes).digest('hex')}.br`;
  if (existsSync(cached)) return readFileSync(cached);
  const { BROTLI_PARAM_QUALITY, BROTLI_MAX_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_MAX_WINDOW_BITS } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: BROTLI_MAX_QUALITY, [BROTLI_PARAM_LGWIN]: BROTLI_MAX_WINDOW_BITS };
  const result = brotliCompressSync(bytes, { params });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${cached}.${process.pid}`, result);
  renameSync(`${cached}.${process.pid}`, cached);
  return result;
}

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
