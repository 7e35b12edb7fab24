import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EDITS, NEW_FILES } from '../../examples/dot-ai/edits/index.js';
import { compile, copyOfFixture, embed, filesOf, textsIn } from '../support/dot-ai.js';

describe('embed.ts', () => {
  test('inserts into every file of its table, adds the new ones, and removes nothing', async () => {
    const [plain, embedded] = await Promise.all([filesOf('plain'), filesOf('embedded')]);
    const added = NEW_FILES.map(({ file }) => file);
    expect(Object.keys(embedded).sort()).toEqual([...Object.keys(plain), ...added].sort());
    const changed = Object.keys(plain).filter((path) => plain[path] !== embedded[path]);
    expect(changed.sort()).toEqual([...new Set(['package.json', ...EDITS.map(({ file }) => file)])].sort());
    expect(JSON.parse(embedded['package.json'] ?? '').dependencies).toMatchObject({
      'dot-ai-analytics': '^0.1.0',
      zod: '^4.0.0',
    });
  });

  test('names every anchor that is missing or occurs twice, and changes nothing', async () => {
    const folder = copyOfFixture();
    const change = (path: string, from: string, to: string) => {
      const text = readFileSync(join(folder, path), 'utf8');
      expect(text).toContain(from);
      writeFileSync(join(folder, path), text.replace(from, to));
    };
    change('src/mcp/server.ts', 'await mcpServer.stop();', 'await mcpServer.halt();');
    change('src/tools/recommend.ts', 'return await handlePushToGitTool(', 'return handlePushToGitTool(');
    change('charts/values.yaml', '# Qdrant Vector Database', '# Qdrant Vector Database\n# Qdrant Vector Database');
    rmSync(join(folder, 'Dockerfile'));
    const before = textsIn(folder);
    const { code, stderr, stdout } = await embed(folder);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      'src/tools/recommend.ts does not contain return await handlePushToGitTool(',
      'src/mcp/server.ts does not contain await mcpServer.stop();',
      'Dockerfile: there is no such file',
      'charts/values.yaml contains more than one # Qdrant Vector Database',
      'Nothing was changed.',
      '',
    ]);
    expect(textsIn(folder)).toEqual(before);
  });

  test('refuses to run twice', async () => {
    const folder = copyOfFixture();
    expect(await embed(folder)).toMatchObject({ code: 0, stderr: '' });
    const once = textsIn(folder);
    const { code, stderr } = await embed(folder);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^dot-ai-analytics is embedded in .* already:\n {2}src\/core\/analytics\.ts\n/);
    expect(textsIn(folder)).toEqual(once);
  });

  test('without a checkout, or with a package that does not exist, it changes nothing and exits with 2', async () => {
    expect(await embed()).toMatchObject({ code: 2, stderr: expect.stringMatching(/^Usage: /) });
    const folder = copyOfFixture();
    const { code, stderr } = await embed(folder, '--package', '/no/such.tgz');
    expect({ code, stderr }).toEqual({ code: 2, stderr: '/no/such.tgz does not exist. Nothing was changed.\n' });
  });
});

describe('compiled to CommonJS with moduleResolution node, as dot-ai is', () => {
  test.each(['plain', 'embedded'] as const)('%s, it compiles', async (side) => {
    expect(await compile(await filesOf(side))).toMatchObject({ code: 0, stdout: '' });
  });

  test('a misspelt tool, feature or category does not', async () => {
    const files = { ...(await filesOf('embedded')) };
    for (const [path, right, wrong] of [
      ['src/interfaces/mcp.ts', 'analytics.tool(name)', "'qeury'"],
      ['src/tools/recommend.ts', "countStage('deployManifests')", "countStage('deployManifest')"],
      ['src/core/error-handling.ts', "other',", "othre',"],
    ] as const) {
      const { [path]: text = '' } = files;
      expect(text).toContain(right);
      files[path] = text.replace(right, wrong);
    }
    const { code, stdout } = await compile(files);
    const errors = stdout.split('\n').filter((line) => line.startsWith('src/'));
    const misspelt = errors.map((line) => /"(qeury|deployManifest|othre)"/.exec(line)?.[1]);
    expect({ code, misspelt: misspelt.sort() }).toEqual({ code: 2, misspelt: ['deployManifest', 'othre', 'qeury'] });
  });
});
