import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Finished, ROOT, type RunOptions, run } from './processes.js';

/** What the product is built and rendered from. */
const PARTS = [
  'bin',
  'docs',
  'man',
  'scripts',
  'src',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'package.json',
  'tsconfig.build.json',
  'tsconfig.json',
] as const;

/** A copy of the repository, to change and to run. */
export interface Copy {
  readonly folder: string;
  /** Inserts one line before the only place where `anchor` stands. */
  insertLine(path: string, anchor: string, line: string): void;
  /** The files that differ from the repository's, each with the number of lines that it has more. */
  changes(): Record<string, number>;
  /** A program of the copy: `scripts/docs.ts`. */
  program(path: string): Promise<Finished>;
  /** The built command line. */
  cli(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** A program text. It can import the built library by the package's name, and `src/` by path. */
  script(source: string, env?: NodeJS.ProcessEnv): Promise<Finished>;
  remove(): void;
}

export function copyRepository(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-copy-'));
  for (const part of PARTS) {
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const node = (args: readonly string[], options: RunOptions = {}) =>
    run(process.execPath, args, { cwd: folder, env: { PATH: process.env.PATH }, ...options });
  return {
    folder,
    insertLine(path, anchor, line) {
      const text = readFileSync(join(folder, path), 'utf8');
      const [before = '', after, ...more] = text.split(anchor);
      if (after === undefined || more.length > 0) throw new Error(`${path} does not have this exactly once: ${anchor}`);
      writeFileSync(join(folder, path), `${before}${line}\n${anchor}${after}`);
    },
    changes() {
      const changed = filesOf(folder).filter((path) => textOf(folder, path) !== textOf(ROOT, path));
      const lines = (root: string, path: string) => textOf(root, path).split('\n').length;
      return Object.fromEntries(changed.map((path) => [path, lines(folder, path) - lines(ROOT, path)]));
    },
    program: (path) => node(['--import', 'tsx', path]),
    cli: (args, options) => node([join('bin', 'dot-ai-analytics.cjs'), ...args], options),
    script: (source, env = {}) => node(['--import', 'tsx', '--input-type=module', '-e', source], { env }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function filesOf(folder: string): string[] {
  return PARTS.flatMap((part) =>
    /\.[a-z]+$|^LICENSE$/.test(part)
      ? [part]
      : readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
  );
}

function textOf(folder: string, path: string): string {
  return readFileSync(join(folder, path), 'latin1');
}
