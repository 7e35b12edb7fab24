import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { temporaryHome } from '../../src/testing/index.js';
import { ROOT, run } from '../support/processes.js';

let packed: string[];

beforeAll(() => {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  packed = files.map(({ path }: { path: string }) => path);
});

/** A project that has the package installed as npm would: exactly the packed files, and its dependencies. */
function project(files: Record<string, string>): string {
  const { folder, remove } = temporaryHome();
  onTestFinished(remove);
  const installed = join(folder, 'node_modules', 'dot-ai-analytics');
  for (const path of packed) cpSync(join(ROOT, path), join(installed, path));
  for (const name of [
    '@modelcontextprotocol',
    'zod',
    '@types',
    'undici-types',
    'ajv',
    'fast-deep-equal',
    'fast-uri',
    'json-schema-traverse',
    'require-from-string',
    'ajv-formats',
    'zod-to-json-schema',
    'content-type',
    'raw-body',
  ]) {
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const SOURCE = `
import { createAnalytics, dotAiVocabulary, readStatus, setAnalytics, preview, AnalyticsError } from 'dot-ai-analytics';
import { instrument } from 'dot-ai-analytics/mcp';
import { fixedClock, temporaryHome } from 'dot-ai-analytics/testing';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

async function embed(): Promise<void> {
  const home = temporaryHome();
  const analytics = createAnalytics(
    { ...dotAiVocabulary, posthog: { host: 'https://eu.i.posthog.com', key: 'phc_x' } },
    { env: home.env, clock: fixedClock('2026-11-23T10:00:00Z') },
  );
  const server: McpServer = instrument(new McpServer({ name: 's', version: '1' }), analytics);
  const result: { n: number } = await analytics.session().run('recommend', async () => ({ n: 1 }));
  analytics.feature('deployManifests');
  analytics.provider('anthropic');
  const hint: string | undefined = analytics.hint();
  console.log(analytics.statusLine(), result.n, typeof hint, typeof server, readStatus({ env: home.env }).decidedBy);
  void setAnalytics; void preview; void AnalyticsError;
  await analytics.session().run(analytics.tool('dynamic'), async () => undefined);
  await analytics.close();
  home.remove();
}
void embed();
`;

const WRONG = SOURCE.replace("run('recommend'", "run('recomend'");
const OUTPUT = 'Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true) 1 string object default';

const RESOLUTIONS = [
  [
    'CommonJS, moduleResolution node (dot-ai)',
    'typescript-5',
    { module: 'commonjs', moduleResolution: 'node', esModuleInterop: true },
    'commonjs',
  ],
  ['CommonJS, node16', 'typescript-5', { module: 'node16', moduleResolution: 'node16' }, 'commonjs'],
  ['ES modules, node16', 'typescript-5', { module: 'node16', moduleResolution: 'node16' }, 'module'],
  ['ES modules, nodenext', 'typescript', { module: 'nodenext', moduleResolution: 'nodenext' }, 'module'],
  ['bundler', 'typescript', { module: 'esnext', moduleResolution: 'bundler' }, 'module'],
] as const;

describe.each(RESOLUTIONS)('%s', (_name, compiler, options, type) => {
  const compile = (source: string) => {
    const folder = project({
      'src/index.ts': source,
      'package.json': JSON.stringify({ name: 'embedder', type }),
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          target: 'ES2022',
          strict: true,
          skipLibCheck: true,
          outDir: 'out',
          rootDir: 'src',
          types: ['node'],
          ...options,
        },
      }),
    });
    return run(process.execPath, [`${ROOT}node_modules/${compiler}/bin/tsc`, '-p', folder], { cwd: folder }).then(
      (result) => ({ ...result, folder }),
    );
  };

  test('types come through, and the compiled program runs', async () => {
    const { code, stdout, folder } = await compile(SOURCE);
    expect(stdout).toBe('');
    expect(code).toBe(0);
    const { HOME: _, ...env } = process.env;
    const result = await run(process.execPath, ['out/index.js'], { cwd: folder, env: { ...env, HOME: folder } });
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: `${OUTPUT}\n` });
  });

  test('a wrong tool name does not compile', async () => {
    const { code, stdout } = await compile(WRONG);
    expect(code).not.toBe(0);
    expect(stdout).toMatch(/'"recomend"' is not assignable|"recomend"/);
  });
});

test('the package holds what is needed and nothing else', () => {
  expect(packed).toContain('bin/dot-ai-analytics.cjs');
  expect(packed).toContain('man/dot-ai-analytics.1');
  expect(packed).toContain('LICENSE');
  expect(packed).toContain('dist/page/app.js');
  expect(packed).toContain('dist/THIRD-PARTY-NOTICES.txt');
  expect(packed).toContain('dist/cli/chunks/node-sqlite3-wasm.wasm.br');
  const unexpected = packed.filter(
    (path) =>
      !/^(bin|dist\/(cjs|esm|cli|page)|man|docs(?!\/screens|\/charts))\//.test(path) &&
      !/^(package\.json|README\.md|LICENSE|SECURITY\.md|CHANGELOG\.md|dist\/(THIRD-PARTY-NOTICES\.txt|posthog-node\.cjs))$/.test(
        path,
      ),
  );
  expect(unexpected).toEqual([]);
});

test('no script of the package runs when it is installed', () => {
  const { scripts, engines, dependencies, devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  for (const name of ['preinstall', 'install', 'postinstall']) expect(scripts).not.toHaveProperty(name);
  expect(engines.node).toBe('^20.20.0 || >=22.22.0');
  expect(dependencies).toBeUndefined();
  expect(devDependencies['posthog-node']).toMatch(/^\d+\.\d+\.\d+$/); // one exact version is bundled
});

test('every manual page is one that npm installs', () => {
  const { man } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const pages = readdirSync(`${ROOT}man`).map((name) => `man/${name}`);
  expect([...man].sort()).toEqual(pages.sort());
});

test('docs/licences.md lists what is bundled and installed, and the notices of what is bundled go along', async () => {
  const { code, stdout } = await run(
    process.execPath,
    ['--import', 'tsx', 'scripts/check-package.ts', '--only', 'licences'],
    {
      cwd: ROOT,
    },
  );
  expect(code, stdout).toBe(0);
});
