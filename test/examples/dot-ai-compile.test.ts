import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compile, EXAMPLE, filesOf } from '../support/dot-ai.js';
import { run } from '../support/processes.js';

test('embed.diff is what embedding changes (node examples/dot-ai/diff.mjs > examples/dot-ai/embed.diff)', async () => {
  const { stdout } = await run(process.execPath, [`${EXAMPLE}/diff.mjs`]);
  expect(stdout).toContain('+import { createAnalytics');
  expect(readFileSync(`${EXAMPLE}/embed.diff`, 'utf8')).toBe(stdout);
});

describe('compiled to CommonJS with moduleResolution node, as dot-ai is', () => {
  test.each(['before', 'after'] as const)('%s/ compiles', async (side) => {
    expect(await compile(filesOf(side))).toMatchObject({ code: 0, stdout: '' });
  });

  test.each([
    ['tool', 'src/tools/query.ts', "name: 'query'", "name: 'qeury'"],
    ['feature', 'src/tools/recommend.ts', "feature('deployManifests')", "feature('deployManifest')"],
  ])('a misspelt %s does not', async (_what, path, right, wrong) => {
    const { [path]: text = '', ...others } = filesOf('after');
    expect(text).toContain(right);
    const { code, stdout } = await compile({ ...others, [path]: text.replace(right, wrong) });
    const errors = stdout.split('\n').filter((line) => line.startsWith('src/'));
    expect({ code, errors }).toEqual({ code: 2, errors: [expect.stringMatching(/"(qeury|deployManifest)"/)] });
  });
});
