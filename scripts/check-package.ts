// npm run check [-- --only licences,files] [--write] [--out FOLDER]: checks what is published as its users receive it.
// Needs a network. --write renews docs/licences.md; --out keeps the tarball and its SBOM.
// Exit codes: 0 all passed, 1 a check failed, 2 usage, 3 none failed but one could not be done.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { addresses } from './check/addresses.js';
import { files, licences } from './check/contents.js';
import type { Check, Context, Packed } from './check/context.js';
import { man, versions } from './check/installed.js';
import { publint, types, unused } from './check/lint.js';
import { install } from './check/project.js';
import { NotChecked, NPM, output, ROOT } from './check/run.js';
import { audit, lock, sbom } from './check/supply.js';

/** In this order; the name is what `--only` takes. */
const CHECKS: Readonly<Record<string, Check>> = {
  addresses,
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
  man,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(CHECKS).join() },
    write: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const chosen = values.only.split(',').map((name) => ({ name, check: checkNamed(name) }));

const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-check-'));
const context = createContext({ folder, out: resolve(values.out ?? folder), write: values.write });

const sums = { ok: 0, FAILED: 0, 'not checked': 0 };
try {
  for (const { name, check } of chosen) {
    const { verdict, text } = await judge(check);
    sums[verdict] += 1;
    console.log(`${verdict.padEnd(11)}  ${name.padEnd(15)}  ${text.trim().replaceAll('\n', `\n${' '.repeat(30)}`)}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${sums.ok} ok, ${sums.FAILED} failed, ${sums['not checked']} not checked`);
process.exitCode = sums.FAILED > 0 ? 1 : sums['not checked'] > 0 ? 3 : 0;

async function judge(check: Check): Promise<{ verdict: keyof typeof sums; text: string }> {
  try {
    return { verdict: 'ok', text: await check(context) };
  } catch (error) {
    if (error instanceof NotChecked) return { verdict: 'not checked', text: error.message };
    return { verdict: 'FAILED', text: error instanceof Error ? error.message : String(error) };
  }
}

function checkNamed(name: string): Check {
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  if (check !== undefined) return check;
  console.error(`There is no check ${name}. There are: ${Object.keys(CHECKS).join(', ')}`);
  process.exit(2);
}

function createContext(options: Pick<Context, 'folder' | 'out' | 'write'>): Context {
  mkdirSync(options.out, { recursive: true });
  const packed = once(() => pack(options.out));
  const project = once(async () => install(options.folder, (await packed()).path));
  return { ...options, packed, project };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Without `prepack`, which would build what `npm run check` has just built. */
async function pack(out: string): Promise<Packed> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', out];
  const [packed]: [Omit<Packed, 'path'>] = JSON.parse(await output('npm', args, { cwd: ROOT, env: NPM }));
  return { ...packed, path: join(out, packed.filename) };
}
