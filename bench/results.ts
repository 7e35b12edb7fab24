import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Judged, Sections } from './budgets.js';
import { BENCH, ROOT } from './processes.js';

/** What `--json` keeps and `--write` documents. */
export interface Results {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly sections: Partial<Sections>;
  readonly budgets: readonly Judged[];
}

export interface Machine {
  readonly when: string;
  readonly node: string;
  readonly processor: string;
  readonly memory: string;
  readonly system: string;
  /** By package. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Installs the peers where they are missing. */
export function installPeers(): void {
  if (existsSync(join(BENCH, 'node_modules'))) return;
  console.log('Installing what is compared with, into bench/node_modules …');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', args, { cwd: BENCH, stdio: 'inherit' });
}

export function thisMachine(): Machine {
  const { dependencies }: { dependencies: object } = JSON.parse(readFileSync(join(BENCH, 'package.json'), 'utf8'));
  const folders = Object.keys(dependencies).map((name) => [name, join(BENCH, 'node_modules', name)] as const);
  // With `--ours` nothing has to be installed.
  const peers = folders.filter(([, folder]) => existsSync(folder)).map(([name, at]) => [name, versionIn(at)] as const);
  return {
    when: new Date().toISOString().slice(0, 10),
    node: process.version,
    processor: `${cpus().length} × ${cpus()[0]?.model}`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    system: `${process.platform} ${process.arch}`,
    versions: { 'dot-ai-analytics': versionIn(ROOT), ...Object.fromEntries(peers) },
  };
}

function versionIn(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}
