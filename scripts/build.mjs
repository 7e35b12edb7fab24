// Builds dist/: the library as ES modules and as CommonJS, their types, and the command line as minified CommonJS
// (docs/decisions/bundles.md says why).
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const shared = {
  platform: 'node',
  // posthog-node stays a dependency of its own; cosmiconfig's loader for TypeScript is never called.
  external: ['posthog-node', 'typescript'],
  resolve: { alias: { '@babel/code-frame': `${root}scripts/no-code-frame.mjs` } },
  transform: { define: { DOT_AI_ANALYTICS_VERSION: JSON.stringify(version) }, target: 'node20' },
  logLevel: 'warn',
};
const library = { index: 'src/index.ts', mcp: 'src/mcp/index.ts', testing: 'src/testing/index.ts' };

const internals = {
  docs: 'src/cli/docs.ts',
  'config-update': 'src/consent/config-update.ts',
  home: 'src/platform/home.ts',
};

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/cjs', { recursive: true });
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');

await Promise.all([
  build({
    ...shared,
    input: library,
    output: { dir: 'dist/esm', format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js' },
  }),
  build({
    ...shared,
    input: library,
    output: { dir: 'dist/cjs', format: 'cjs', chunkFileNames: 'chunks/[name]-[hash].js' },
  }),
  // For `npm run docs`, and for tests that race processes of their own; not in the package.
  build({ ...shared, input: internals, output: { dir: 'dist/internals', format: 'esm' } }),
  build({
    ...shared,
    input: { bin: 'src/cli/bin.ts' },
    output: {
      dir: 'dist/cli',
      format: 'cjs',
      minify: true,
      entryFileNames: '[name].cjs',
      chunkFileNames: 'chunks/[name]-[hash].cjs',
    },
  }),
]);

const tsc = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');
for (const folder of ['esm', 'cjs']) {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', `dist/${folder}`], {
    stdio: 'inherit',
  });
}
