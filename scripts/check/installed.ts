// The package as users have it who have just installed it: an empty project, an empty home, each version of Node.
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manualPages } from './contents.js';
import type { Check, Context } from './context.js';
import { collect, embed, same } from './programs.js';
import { newcomer } from './project.js';
import { NotChecked, NPM, output, ROOT } from './run.js';

const MAJORS = ['20', '22', '24', '26'];

/** A check for each version, by name. */
export const versions: Readonly<Record<string, Check>> = {
  'installed-types': compiled,
  ...Object.fromEntries(MAJORS.map((major) => [`node-${major}`, (context: Context) => onNode(major, context)])),
};

const { version: VERSION }: { version: string } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));

/** Every file of the types. Most users compile with `skipLibCheck`, and so do not see that one of them is wrong. */
async function compiled({ project }: Context): Promise<string> {
  const cwd = await project();
  const entries = ['dot-ai-analytics', 'dot-ai-analytics/mcp', 'dot-ai-analytics/testing'];
  const files = ['types.mts', 'types.cts'];
  for (const file of files)
    writeFileSync(join(cwd, file), entries.map((entry) => `export * from '${entry}';\n`).join(''));
  const node = ['--types', 'node', '--typeRoots', `${ROOT}node_modules/@types`];
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', ...node];
  for (const compiler of ['typescript', 'typescript-5']) {
    await output(process.execPath, [`${ROOT}node_modules/${compiler}/bin/tsc`, ...options, ...files], { cwd });
  }
  return 'of ES modules and CommonJS compile without skipLibCheck, by TypeScript 5 and 7';
}

async function onNode(major: string, { folder, project }: Context): Promise<string> {
  const cwd = await project();
  const node = await nodeOf(major);
  const home = join(folder, `home-${major}`);
  const env = newcomer(home, node);
  const cli = (...args: string[]) => output('npx', ['--no-install', 'dot-ai-analytics', ...args], { cwd, env });
  same((await cli('--version')).trim(), VERSION, '--version');
  same(JSON.parse(await cli('status', '--json')).enabled, false, 'status: enabled');
  JSON.parse(await cli('preview', '--raw'));
  await embed(home, { cwd, node });
  await collect({ cwd, env, node });
  const version = (await output(node, ['--version'])).trim();
  return `${version}: command line, ES module, CommonJS, collector`;
}

async function nodeOf(major: string): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const args = ['-y', '-p', `node@${major}`, 'node', '-p', 'process.execPath'];
  return (await output('npx', args, { env: NPM })).trim();
}

/** `npm install -g` puts the manual pages where man looks beside the folder of the program. */
export async function man({ folder, packed }: Context): Promise<string> {
  const prefix = join(folder, 'global');
  const env = newcomer(join(folder, 'home-global'));
  const args = ['install', '-g', '--prefix', prefix, '--no-audit', '--no-fund', (await packed()).path];
  await output('npm', args, { cwd: folder, env });
  same((await output(join(prefix, 'bin', 'dot-ai-analytics'), ['--version'], { env })).trim(), VERSION, 'global');
  const pages = manualPages();
  for (const page of pages) {
    const name = page.replace(/^man\/(.*)\.1$/, '$1');
    const found = await output('man', ['-M', join(prefix, 'share', 'man'), '-w', name], { env }).catch(withoutMan);
    same(realpathSync(found.trim()), join(realpathSync(prefix), 'lib/node_modules/dot-ai-analytics', page), name);
  }
  return `${pages.length} pages are found after npm install -g`;
}

function withoutMan(error: NodeJS.ErrnoException): never {
  throw error.code === 'ENOENT' ? new NotChecked('this machine has no man to ask') : error;
}
