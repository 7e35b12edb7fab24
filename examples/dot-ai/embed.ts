// npx tsx examples/dot-ai/embed.ts PATH-OF-CHECKOUT [--package TARBALL-OR-FOLDER]: embeds the library in dot-ai.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Edit, findPlace, insertAll } from './edit.js';
import { EDITS, NEW_FILES, NEXT_STEPS, packageEdit } from './edits/index.js';

const USAGE = 'Usage: npx tsx examples/dot-ai/embed.ts PATH-OF-CHECKOUT [--package TARBALL-OR-FOLDER]\n';

function main(): number {
  const { values, positionals } = parseArgs({ options: { package: { type: 'string' } }, allowPositionals: true });
  const [checkout, ...more] = positionals;
  if (checkout === undefined || more.length > 0) return fail(2, USAGE);
  if (values.package !== undefined && !existsSync(values.package))
    return fail(2, `${values.package} does not exist. Nothing was changed.\n`);
  return embed(checkout, [packageEdit(specOf(values.package)), ...EDITS]);
}

/** Nothing is written before every anchor was found. */
function embed(checkout: string, edits: readonly Edit[]): number {
  const present = NEW_FILES.filter(({ file }) => existsSync(join(checkout, file)));
  if (present.length > 0) {
    const names = present.map(({ file }) => `  ${file}`).join('\n');
    return fail(1, `dot-ai-analytics is embedded in ${checkout} already:\n${names}\nNothing was changed.\n`);
  }
  const problems: string[] = [];
  const changed = new Map<string, string>();
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const text = read(join(checkout, file));
    if (text === undefined) {
      problems.push(`${file}: there is no such file`);
      continue;
    }
    const places = edits.filter((edit) => edit.file === file).map((edit) => findPlace(edit, text));
    problems.push(...places.filter((place) => typeof place === 'string').map((problem) => `${file} ${problem}`));
    const found = places.filter((place) => typeof place !== 'string');
    changed.set(file, insertAll(text, found));
  }
  if (problems.length > 0) return fail(1, `${problems.join('\n')}\nNothing was changed.\n`);
  for (const { file } of NEW_FILES) changed.set(file, readFileSync(new URL(`files/${file}`, import.meta.url), 'utf8'));
  for (const [file, text] of changed) write(join(checkout, file), text);
  process.stdout.write(`${[...changed.keys()].join('\n')}\n\n${NEXT_STEPS}\n`);
  return 0;
}

/** What package.json says: the published version, or where the package lies on this machine. */
function specOf(path: string | undefined): string {
  if (path !== undefined) return `file:${resolve(path)}`;
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return `^${version}`;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // named as missing, like an anchor
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function fail(code: number, text: string): number {
  process.stderr.write(text);
  return code;
}

process.exitCode = main();
