// npm run check [-- --only licences,files] [--write] [--out FOLDER]: what is published, looked at as those who install it have it.
// Needs a network. --write renews docs/licences.md; --out keeps the tarball and its SBOM.
// Exit codes: 0 all is well, 1 something failed, 2 usage, 3 nothing failed but something could not be checked.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { files, licences } from './check/contents.js';
import { pages, versions } from './check/installed.js';
import { publint, types, unused } from './check/lint.js';
import { NotChecked, NPM, output, ROOT } from './check/run.js';
import { audit, lock, sbom } from './check/supply.js';

/** In this order; the name is what `--only` takes. A check returns what it found to be well, or throws. */
const CHECKS = {
  types,
  publint,
  unused,
  'audit-installed': () => audit('--omit=dev'),
  audit: () => audit(),
  lock,
  files,
  licences,
  sbom,
  ...versions,
  man: pages,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(CHECKS).join() },
    write: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const names = values.only.split(',');
const unknown = names.find((name) => !Object.hasOwn(CHECKS, name));
if (unknown !== undefined) {
  console.error(`There is no check ${unknown}. There are: ${Object.keys(CHECKS).join(', ')}`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-check-'));
const out = resolve(values.out ?? folder);
mkdirSync(out, { recursive: true });
let tarball: Promise<object> | undefined;
const context = { folder, out, write: values.write, packed: () => (tarball ??= pack()) };

const sums = { ok: 0, FAILED: 0, 'not checked': 0 };
try {
  for (const name of names) {
    const [verdict, text] = await judge(CHECKS[name]);
    sums[verdict] += 1;
    console.log(`${verdict.padEnd(11)}  ${name.padEnd(15)}  ${text.trim().replaceAll('\n', `\n${' '.repeat(30)}`)}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${sums.ok} ok, ${sums.FAILED} failed, ${sums['not checked']} not checked`);
process.exitCode = sums.FAILED > 0 ? 1 : sums['not checked'] > 0 ? 3 : 0;

async function judge(check) {
  try {
    return ['ok', await check(context)];
  } catch (error) {
    return [error instanceof NotChecked ? 'not checked' : 'FAILED', error.message];
  }
}

/** Without `prepack`, which would build what `npm run check` has just built. */
async function pack() {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', out];
  const [{ filename, ...rest }] = JSON.parse(await output('npm', args, { cwd: ROOT, env: NPM }));
  return { ...rest, filename, path: join(out, filename) };
}
