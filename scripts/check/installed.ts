// The package as somebody has it who has just installed it: an empty project, an empty home, each version of Node.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { installed } from './contents.js';
import { NotChecked, NPM, output, ROOT, run } from './run.js';

const MAJORS = ['20', '22', '24', '26'];

/** A check for each version, by name. */
export const versions = {
  'installed-types': compiled,
  ...Object.fromEntries(MAJORS.map((major) => [`node-${major}`, (context) => onNode(major, context)])),
};

const { version: VERSION, man: PAGES } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));

/** An environment with this home and Node, without what is set here for npm or for us; but the way to the registry is needed. */
function newcomer(home, node = process.execPath) {
  const ours = /^(npm_(?!config_(registry|cafile)$)|DOT_AI_|DO_NOT_TRACK$|NODE_(OPTIONS|DEBUG|PATH)$)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
  const path = process.env.PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'));
  mkdirSync(home, { recursive: true });
  return { ...env, HOME: home, USERPROFILE: home, PATH: [dirname(node), ...path].join(delimiter) };
}

let installing: Promise<string> | undefined;
/** The project with the package in it; all versions share it. */
function project(context) {
  installing ??= install(context);
  return installing;
}

async function install({ folder, packed }) {
  const { path } = await packed();
  const cwd = join(folder, 'project');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "name": "newcomer", "private": true }\n');
  const env = newcomer(join(folder, 'home'));
  const args = ['install', '--no-audit', '--no-fund', path];
  const { code, stdout, stderr } = await run('npm', args, { cwd, env });
  // Nothing to warn of either: no deprecated package, no engine that does not fit.
  if (code !== 0 || /^npm warn/m.test(stderr)) {
    throw new Error(`npm ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  }
  const { packages } = JSON.parse(readFileSync(join(cwd, 'node_modules', '.package-lock.json'), 'utf8'));
  const found = Object.keys(packages).map((at) => at.replace('node_modules/', ''));
  const expected = ['dot-ai-analytics', ...installed().map(({ name }) => name)];
  if (found.sort().join() !== expected.sort().join()) throw new Error(`installed are ${found.join(', ')}`);
  return cwd;
}

/** Every file of the types, which most compile with `skipLibCheck` and so without seeing that one of them is wrong. */
async function compiled(context) {
  const cwd = await project(context);
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

async function onNode(major, context) {
  const cwd = await project(context);
  const node = await nodeOf(major);
  const home = join(context.folder, `home-${major}`);
  const env = newcomer(home, node);
  const cli = (...args) => output('npx', ['--no-install', 'dot-ai-analytics', ...args], { cwd, env });
  same((await cli('--version')).trim(), VERSION, '--version');
  same(JSON.parse(await cli('status', '--json')).enabled, false, 'status: enabled');
  JSON.parse(await cli('preview', '--raw'));
  for (const name of Object.keys(PROGRAMS)) await embed(name, cwd, newcomer(join(home, name), node), node);
  await collect(cwd, env, node);
  const version = (await output(node, ['--version'])).trim();
  return `${version}: command line, ES module, CommonJS, collector`;
}

async function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const args = ['-y', '-p', `node@${major}`, 'node', '-p', 'process.execPath'];
  return (await output('npx', args, { env: NPM })).trim();
}

const WORK = `
  const analytics = createAnalytics({ ...dotAiVocabulary, ephemeral: false });
  analytics.session().run('recommend', async () => 42).then(async (answer) => {
    await analytics.close();
    console.log(answer, typeof instrument, typeof memoryDestination);
  });
`;
const PROGRAMS = {
  'embed.mjs': `
    import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
    import { instrument } from 'dot-ai-analytics/mcp';
    import { memoryDestination } from 'dot-ai-analytics/testing';
    ${WORK}`,
  'embed.cjs': `
    const { createAnalytics, dotAiVocabulary } = require('dot-ai-analytics');
    const { instrument } = require('dot-ai-analytics/mcp');
    const { memoryDestination } = require('dot-ai-analytics/testing');
    ${WORK}`,
};

/** A program that embeds the library counts one call, and `status` sees it. */
async function embed(name, cwd, env, node) {
  writeFileSync(join(cwd, name), PROGRAMS[name]);
  const on = { cwd, env: { ...env, DOT_AI_ANALYTICS: 'true' } };
  const { code, stdout, stderr } = await run(node, [name], on);
  same([code, stdout, stderr].join('|'), '0|42 function function\n|', name);
  const { today } = JSON.parse(await output('npx', ['--no-install', 'dot-ai-analytics', 'status', '--json'], on));
  if (!(today?.rows > 0)) throw new Error(`after ${name} status says of today: ${JSON.stringify(today)}`);
}

/** The collector gets ready, answers, and ends when it is told. */
async function collect(cwd, env, node) {
  const args = [join('node_modules', '.bin', 'dot-ai-analytics'), 'collector', '--port', '0'];
  const collector = spawn(node, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  const ended = new Promise((resolve) => collector.on('close', (code, signal) => resolve(signal ?? code)));
  try {
    const url = await addressOf(collector);
    const answer = await fetch(new URL('healthz', url), { signal: AbortSignal.timeout(10_000) });
    same(await answer.text(), '{"status":"ok"}', '/healthz');
    collector.kill('SIGTERM');
    same(await ended, 0, 'collector, after SIGTERM');
  } finally {
    collector.kill('SIGKILL'); // nothing, where it has ended
  }
}

async function addressOf({ stdout, stderr }) {
  let remarks = '';
  stderr.on('data', (chunk) => {
    remarks += chunk;
  });
  for await (const line of createInterface(stdout)) {
    const [, url] = /ready: (\S+)/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the collector ended before it was ready\n${remarks}`);
}

/** `npm install -g` puts the manual pages where man looks beside the folder of the program. */
export async function pages({ folder, packed }) {
  const prefix = join(folder, 'global');
  const env = newcomer(join(folder, 'home-global'));
  const args = ['install', '-g', '--prefix', prefix, '--no-audit', '--no-fund', (await packed()).path];
  await output('npm', args, { cwd: folder, env });
  same((await output(join(prefix, 'bin', 'dot-ai-analytics'), ['--version'], { env })).trim(), VERSION, 'global');
  for (const page of PAGES) {
    const name = page.replace(/^man\/(.*)\.1$/, '$1');
    const found = await output('man', ['-M', join(prefix, 'share', 'man'), '-w', name], { env }).catch(withoutMan);
    same(realpathSync(found.trim()), join(realpathSync(prefix), 'lib/node_modules/dot-ai-analytics', page), name);
  }
  return `${PAGES.length} pages are found after npm install -g`;
}

function withoutMan(error) {
  throw error.code === 'ENOENT' ? new NotChecked('there is no man here to ask') : error;
}

function same(found, expected, what) {
  if (found !== expected) throw new Error(`${what} is ${found} instead of ${expected}`);
}
