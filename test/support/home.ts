import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Home, homeIn } from '../../src/platform/home.js';
import { temporaryHome } from '../../src/testing/index.js';

export interface TestHome {
  /** What HOME is. */
  readonly folder: string;
  readonly paths: Home;
  readonly env: NodeJS.ProcessEnv;
}

/** A home that is removed when the test ends. With `config`, config.json holds it (text as it stands, else JSON). */
export function testHome(config?: unknown): TestHome {
  const home = temporaryHome();
  onTestFinished(home.remove);
  const paths = homeIn(join(home.folder, '.dot-ai'));
  if (config !== undefined) writeConfig(paths, config);
  return { folder: home.folder, paths, env: home.env };
}

export function writeConfig(paths: Home, config: unknown): void {
  mkdirSync(paths.folder, { recursive: true });
  writeFileSync(paths.config, typeof config === 'string' ? config : JSON.stringify(config));
}

/** Every file below a folder with its content, by relative path. Running servers may move files meanwhile. */
export function tree(folder: string): Record<string, string> {
  const files: Record<string, string> = {};
  const unlessGone = (look: () => void): void => {
    try {
      look();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
  const walk = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      unlessGone(() => {
        if (entry.isDirectory()) walk(child);
        else files[relative(folder, child)] = entry.isFile() ? readFileSync(child, 'latin1') : `<${entry.name}>`;
      });
    }
  };
  walk(folder);
  return files;
}
