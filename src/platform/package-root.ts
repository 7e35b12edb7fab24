import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, wherever in it this file was bundled to; dist/cjs has a package.json of another kind. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bin', 'dot-ai-analytics.cjs')) && folder !== dirname(folder))
    folder = dirname(folder);
  return folder;
}
