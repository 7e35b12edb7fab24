import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryHome } from '../../src/testing/index.js';
import { ROOT } from './processes.js';

/** What an embedder needs beside the package; their own dependencies are found where they really are. */
const BESIDE = ['@modelcontextprotocol', '@types', 'zod'];

/**
 * A folder of these files in which the package is installed as npm would: exactly what would be published. Removed
 * when the test ends; where there is no test yet, `whenDone` says when.
 */
export function installed(
  files: Record<string, string>,
  whenDone: (remove: () => void) => void = onTestFinished,
): string {
  const { folder, remove } = temporaryHome();
  whenDone(remove);
  for (const path of published()) cpSync(join(ROOT, path), join(folder, 'node_modules/dot-ai-analytics', path));
  for (const name of BESIDE) symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

let paths: string[] | undefined;

/** Asked once, because npm is slow. */
function published(): string[] {
  if (paths !== undefined) return paths;
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const stdout = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [{ files }] = JSON.parse(stdout);
  paths = files.map(({ path }: { path: string }) => path) as string[];
  return paths;
}
