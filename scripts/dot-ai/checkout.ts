// Copies of a checkout: one as it is, one embedded.
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { NPM, output, ROOT, run } from '../check/run.js';

/** What is made anew, or belongs to the checkout alone. */
const LEFT_OUT = ['.git', 'dist', 'tmp', 'coverage'];

export interface Checkouts {
  readonly commit: string;
  readonly plain: string;
  readonly embedded: string;
}

export async function prepare(checkout: string, work: string): Promise<Checkouts> {
  if (!existsSync(join(checkout, 'src/interfaces/mcp.ts'))) throw new Error(`${checkout} is no checkout of dot-ai`);
  if (!existsSync(join(checkout, 'node_modules/ai')))
    throw new Error(
      `${checkout} has no node_modules. Run npm install --ignore-scripts there; if a package of @ai-sdk is gone, ` +
        'remove the entries of @ai-sdk and ai from package-lock.json first',
    );
  const commit = (await output('git', ['-C', checkout, 'rev-parse', 'HEAD'])).trim();
  const [plain, embedded] = [join(work, 'plain'), join(work, 'embedded')];
  for (const folder of [plain, embedded]) {
    cpSync(checkout, folder, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !LEFT_OUT.includes(relative(checkout, path).split(sep)[0] ?? ''),
    });
    mkdirSync(join(folder, 'tmp/sessions'), { recursive: true });
  }
  return { commit, plain, embedded };
}

/** Embeds this clone, packed as npm would publish it, and installs it. */
export async function embedAndInstall({ embedded }: Checkouts, work: string): Promise<string> {
  const packed = await output('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], {
    cwd: ROOT,
    env: NPM,
  });
  const [{ filename }] = JSON.parse(packed);
  const embed = ['--import', 'tsx', 'examples/dot-ai/embed.ts', embedded, '--package', join(work, filename)];
  await output(process.execPath, embed, { cwd: ROOT });
  const again = await run(process.execPath, embed, { cwd: ROOT });
  if (again.code !== 1 || !again.stderr.includes('already')) throw new Error('a second run is not refused');
  const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  await output('npm', install, { cwd: embedded, env: NPM });
  return 'a second run is refused';
}
