import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Finds the folder of this package from any bundle. Does not search package.json, because dist/cjs has one of its own.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bin', 'dot-ai-analytics.cjs')) && folder !== dirname(folder))
    folder = dirname(folder);
  return folder;
}
