// An empty project in an empty home, with the package installed in it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { installed } from './contents.js';
import { run } from './run.js';

/** Variables that are set here for npm or by us. The way to the registry stays: an installation needs it. */
const OURS = /^(npm_(?!config_(registry|cafile)$)|DOT_AI_|DO_NOT_TRACK$|NODE_(OPTIONS|DEBUG|PATH)$)/i;

/** The environment of somebody who has just installed this Node and has this empty home. */
export function newcomer(home: string, node = process.execPath): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name)));
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  mkdirSync(home, { recursive: true });
  return { ...env, HOME: home, USERPROFILE: home, PATH: [dirname(node), ...path].join(delimiter) };
}

/** @returns the folder of the project @throws where npm warns, or installs other packages than are locked */
export async function install(folder: string, tarball: string): Promise<string> {
  const cwd = join(folder, 'project');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "name": "newcomer", "private": true }\n');
  const args = ['install', '--no-audit', '--no-fund', tarball];
  const { code, stdout, stderr } = await run('npm', args, { cwd, env: newcomer(join(folder, 'home')) });
  // A warning fails too: a deprecated package, an engine that does not fit.
  if (code !== 0 || /^npm warn/m.test(stderr)) {
    throw new Error(`npm ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  }
  const { packages }: { packages: object } = JSON.parse(
    readFileSync(join(cwd, 'node_modules', '.package-lock.json'), 'utf8'),
  );
  const found = Object.keys(packages).map((at) => at.replace('node_modules/', ''));
  const expected = ['dot-ai-analytics', ...installed().map(({ name }) => name)];
  if (found.sort().join() !== expected.sort().join()) throw new Error(`installed are ${found.join(', ')}`);
  return cwd;
}
