import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BASELINE, between, bytes, mediansOf, ms, spread, takeTurns, times } from '../measure.js';
import { PEERS } from '../peers.mjs';
import { BENCH, environment, ROOT, runSubject, timeOf } from '../processes.js';
import type { RunOptions, Section } from '../section.js';
import type { Table } from '../table.js';

interface Subject {
  /** What `subjects/load.mjs` loads. */
  readonly what: string;
  readonly choice: 'off' | 'on';
}

const NOTHING: Subject = { what: 'nothing', choice: 'off' };
const SUBJECTS: Readonly<Record<string, Subject>> = {
  'dot-ai-analytics, off': { what: 'ours', choice: 'off' },
  'dot-ai-analytics, on': { what: 'ours', choice: 'on' },
  [PEERS.otel.name]: { what: 'otel', choice: 'off' },
  'posthog-node': { what: 'posthog', choice: 'off' },
  '@posthog/mcp': { what: 'posthog-mcp', choice: 'off' },
  mcpcat: { what: 'mcpcat', choice: 'off' },
};

/** The packages of each, as they are installed. */
const INSTALLED: Readonly<Record<string, readonly string[]>> = {
  'posthog-node': ['posthog-node'],
  '@posthog/mcp': ['@posthog/mcp', 'posthog-node'],
  mcpcat: ['mcpcat'],
  [PEERS.otel.name]: ['@opentelemetry/sdk-metrics', '@opentelemetry/exporter-metrics-otlp-http', '@opentelemetry/api'],
};

/** @returns figures: ms above bare Node, by subject */
export async function embedding({ quick }: RunOptions): Promise<Section<Readonly<Record<string, number>>>> {
  const environments = { off: environment('off'), on: environment('on') };
  const program = join(BENCH, 'subjects', 'load.mjs');
  const load =
    ({ what, choice }: Subject) =>
    () =>
      timeOf(process.execPath, [program, what], { env: environments[choice] });
  const memory = async ({ what, choice }: Subject) => {
    const samples: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      samples.push((await runSubject<{ rss: number }>('load', [what], { env: environments[choice] })).rss);
    }
    return spread(samples).median;
  };
  const subjects = Object.fromEntries(Object.entries(SUBJECTS).map(([name, subject]) => [name, load(subject)]));
  const { base, spreads, noise } = await takeTurns({ [BASELINE]: load(NOTHING), ...subjects }, quick ? 5 : 25);
  const bare = await memory(NOTHING);
  const above: Record<string, number> = { [BASELINE]: 0 };
  for (const [name, subject] of Object.entries(SUBJECTS)) above[name] = (await memory(subject)) - bare;
  const loading = {
    title: 'Loading it into a server',
    exercises:
      'A program that loads the library and creates what its documentation creates first. Checked: it ended without an error.',
    columns: ['library', 'above bare Node', 'half of the runs', '×', 'memory above bare Node'],
    rows: Object.entries(spreads).map(([name, one]) => ({
      ours: name.startsWith('dot-ai'),
      cells: [
        name === BASELINE ? 'a program that loads nothing' : name,
        ms(one.median - base.median),
        between({ low: one.low - base.median, high: one.high - base.median }, ms),
        times(one.median / base.median),
        bytes(Math.max(0, above[name] ?? 0)),
      ],
      value: one.median - base.median,
    })),
    noise: times(noise),
    chart: { title: 'Loading it, above bare Node', unit: 'ms' },
  };
  return { tables: [loading, installTable()], figures: mediansOf(spreads, (median) => median - base.median) };
}

/** What `npm install` puts on the disk: the package with everything that it depends on, as the lock files say. */
function installTable(): Table {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [packed]: [{ size: number; unpackedSize: number }] = JSON.parse(
    execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const ours = { packages: 1, size: packed.unpackedSize, download: bytes(packed.size) };
  const others = Object.entries(INSTALLED).map(([name, roots]) => ({ name, ...closure(roots), download: '' }));
  const rows = [{ name: 'dot-ai-analytics', ...ours }, ...others];
  return {
    title: 'What an installation adds, for a server and for npx alike',
    exercises: 'The packed tarball, and what the lock file of the benchmarks installs for the others.',
    columns: ['package', 'packages', 'on disk', 'its own tarball'],
    rows: rows.map(({ name, packages, size, download }) => ({
      ours: name === 'dot-ai-analytics',
      cells: [name, `${packages}`, bytes(size), download],
      value: size / 1024 ** 2,
    })),
    note: 'Without the MCP SDK, which a server has anyway. Of this package, most is the collector: 1.2 MiB of SQLite as WebAssembly, and the dashboard.',
    chart: { title: 'What an installation adds', unit: 'MiB' },
  };
}

type LockedPackages = Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;

/** The packages that these lead to, and their bytes in bench/node_modules. */
function closure(roots: readonly string[]): { packages: number; size: number } {
  const { packages }: { packages: LockedPackages } = JSON.parse(readFileSync(join(BENCH, 'package-lock.json'), 'utf8'));
  const seen = new Set<string>();
  const visit = (name: string, from: string) => {
    const path = pathOf(name, from, packages);
    if (path === undefined || seen.has(path)) return;
    seen.add(path);
    for (const inner of Object.keys(packages[path]?.dependencies ?? {})) visit(inner, path);
  };
  for (const root of roots) visit(root, '');
  const size = [...seen].reduce((sum, path) => sum + sizeOf(join(BENCH, path)), 0);
  return { packages: seen.size, size };
}

/** Node's way: the nearest node_modules, from the inside out. @returns undefined for an optional one that is not for this machine */
function pathOf(name: string, from: string, packages: LockedPackages): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (at === '') return undefined;
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce(
      (sum, item) =>
        sum + (item.isDirectory() ? sizeOf(join(folder, item.name)) : statSync(join(folder, item.name)).size),
      0,
    );
}
