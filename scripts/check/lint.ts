// What others' tools say of the package: attw and publint read the tarball, knip the sources.
import { readFileSync } from 'node:fs';
import type { Context } from './context.js';
import { ROOT, tool } from './run.js';

const ATTW = '@arethetypeswrong/cli@0.18.5';
const PUBLINT = 'publint@0.3.25';
const KNIP = 'knip@6.44.2';

const WAYS = ['node10', 'node16-cjs', 'node16-esm', 'bundler'];

/** The part of attw's JSON that is read here. */
interface Analysis {
  readonly entrypoints: Readonly<
    Record<string, { readonly resolutions: Readonly<Record<string, { readonly resolution?: unknown }>> }>
  >;
  readonly problems: readonly unknown[];
}

/** TypeScript finds the types in each of its ways, and they are those of the code that is loaded. */
export async function types({ packed }: Context): Promise<string> {
  const { stdout, stderr } = await tool(ATTW, (await packed()).path, '--format', 'json');
  if (!stdout.startsWith('{')) throw new Error(stdout + stderr);
  const { entrypoints, problems }: Analysis = JSON.parse(stdout).analysis;
  const { exports }: { exports: object } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const unresolved = Object.keys(exports).flatMap((entry) =>
    WAYS.filter((way) => entrypoints[entry]?.resolutions[way]?.resolution === undefined).map(
      (way) => `${entry} is not found by ${way}`,
    ),
  );
  const wrong = [...unresolved, ...problems.map((problem) => JSON.stringify(problem))];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return `${Object.keys(exports).join(', ')} by ${WAYS.join(', ')} (${ATTW})`;
}

/** A suggestion fails too, although publint ends with 0 where it has only suggestions. */
export async function publint({ packed }: Context): Promise<string> {
  const { code, stdout, stderr } = await tool(PUBLINT, (await packed()).path, '--strict');
  if (code !== 0 || !stdout.includes('All good!')) throw new Error(stdout + stderr);
  return `strict, nothing to suggest (${PUBLINT})`;
}

/** knip.jsonc names what is used in ways that knip cannot see. */
export async function unused(): Promise<string> {
  const { code, stdout, stderr } = await tool(KNIP, '--treat-config-hints-as-errors');
  if (code !== 0) throw new Error(stdout + stderr);
  return `no file, export or dependency (${KNIP})`;
}
