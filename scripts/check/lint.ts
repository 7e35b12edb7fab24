// Others' judgement of the package: attw and publint look at the tarball, knip at the sources.
import { readFileSync } from 'node:fs';
import { ROOT, tool } from './run.js';

const ATTW = '@arethetypeswrong/cli@0.18.5';
const PUBLINT = 'publint@0.3.25';
const KNIP = 'knip@6.44.2';

const WAYS = ['node10', 'node16-cjs', 'node16-esm', 'bundler'];

/** Types are found, and are those of the code that is loaded, whichever way TypeScript looks for them. */
export async function types({ packed }) {
  const { stdout, stderr } = await tool(ATTW, (await packed()).path, '--format', 'json');
  if (!stdout.startsWith('{')) throw new Error(stdout + stderr);
  const { entrypoints, problems } = JSON.parse(stdout).analysis;
  const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const unresolved = Object.keys(exports).flatMap((entry) =>
    WAYS.filter((way) => entrypoints[entry]?.resolutions[way]?.resolution === undefined).map(
      (way) => `${entry} is not found by ${way}`,
    ),
  );
  const wrong = [...unresolved, ...problems.map((problem) => JSON.stringify(problem))];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return `${Object.keys(exports).join(', ')} by ${WAYS.join(', ')} (${ATTW})`;
}

/** Not a suggestion either: publint ends with 0 where it has some. */
export async function publint({ packed }) {
  const { code, stdout, stderr } = await tool(PUBLINT, (await packed()).path, '--strict');
  if (code !== 0 || !stdout.includes('All good!')) throw new Error(stdout + stderr);
  return `strict, nothing to suggest (${PUBLINT})`;
}

/** What is unused; knip.jsonc says what is used in ways that can't be seen. */
export async function unused() {
  const { code, stdout, stderr } = await tool(KNIP, '--treat-config-hints-as-errors');
  if (code !== 0) throw new Error(stdout + stderr);
  return `no file, export or dependency (${KNIP})`;
}
