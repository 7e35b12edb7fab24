// npm run raise-encoder -- 5.71.0: puts another version of posthog-node into the package, if what is sent stays inside of
// the closed world. Shows first what it would change in the bytes. --dry-run only shows it, and --from FOLDER takes a
// package that is on disk. Needs `npm run build` before.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'rolldown';
import { encoderBundle } from './encoder-bundle.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const { values, positionals } = parseArgs({
  options: { 'dry-run': { type: 'boolean' }, from: { type: 'string' } },
  allowPositionals: true,
});
const [version] = positionals;
if ((version === undefined) === (values.from === undefined) || !existsSync('dist')) {
  console.error('Usage: npm run build && npm run raise-encoder -- VERSION [--dry-run] | --from FOLDER');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-encoder-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const other = values.from === undefined ? download(version as string) : resolve(values.from);
await build(encoderBundle(other, join(folder, 'bundle')));

const [now, then] = [exampleOf('dist'), exampleOf(distWith(join(folder, 'bundle/posthog-node.cjs')))];
if (now.body === undefined) throw new Error(`the present version makes no example: ${now.stderr}`);
if (then.body === undefined) {
  console.error(`Refused: what it encodes may not leave.\n${then.stderr}`);
  process.exit(1);
}
showDifference(now.body, then.body);
if (version !== undefined && values['dry-run'] !== true) {
  npm('install', '--save-dev', '--save-exact', '--ignore-scripts', `posthog-node@${version}`);
  console.log('Next: npm run check -- --only licences --write, npm test');
}

function npm(...args: readonly string[]): void {
  execFileSync('npm', [...args, '--no-audit', '--no-fund'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function download(wanted: string): string {
  npm('install', '--prefix', folder, '--ignore-scripts', `posthog-node@${wanted}`);
  return join(folder, 'node_modules/posthog-node');
}

/** A copy of the built package in which only the encoder differs. */
function distWith(encoder: string): string {
  const copy = join(folder, 'copy');
  mkdirSync(copy);
  cpSync('dist', join(copy, 'dist'), { recursive: true });
  cpSync(encoder, join(copy, 'dist/posthog-node.cjs'));
  return join(copy, 'dist');
}

/** The body that `preview --raw` shows where analytics is off: the counts are the same each time. */
function exampleOf(dist: string): { readonly body?: string; readonly stderr: string } {
  const home = mkdtempSync(join(folder, 'home-'));
  const bin = join(dist, 'cli/bin.cjs');
  const env = { PATH: process.env.PATH, HOME: home };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'preview', '--raw'], { env, encoding: 'utf8' });
  return status === 0 && stdout !== '' ? { body: stdout, stderr } : { stderr };
}

/** Ids and order are drawn, so they are made the same before the texts are compared. */
function comparable(body: string): string {
  const { batch, ...rest } = JSON.parse(body);
  const drawn = (event: Record<string, unknown>) => ({ ...event, uuid: 'drawn', distinct_id: 'drawn' });
  const events = batch.map(drawn).sort((a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return `${JSON.stringify({ ...rest, batch: events }, null, 1)}\n`;
}

function showDifference(now: string, then: string): void {
  const files = ['now', 'then'].map((name) => join(folder, `${name}.json`)) as [string, string];
  writeFileSync(files[0], comparable(now));
  writeFileSync(files[1], comparable(then));
  const { stdout } = spawnSync('git', ['diff', '--no-index', '--no-color', ...files], { encoding: 'utf8' });
  console.log(`${Buffer.byteLength(now)} bytes now, ${Buffer.byteLength(then)} then`);
  console.log(stdout === '' ? 'No difference but ids and order.' : stdout);
}
