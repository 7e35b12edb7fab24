import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BASELINE, between, bytes, ms, spread, takeTurns, times } from '../measure.js';
import { PEERS } from '../peers.mjs';
import { BENCH, environment, ROOT, runSubject, timeOf } from '../processes.js';

const SUBJECTS = {
  [BASELINE]: ['nothing', 'off'],
  'dot-ai-analytics, off': ['ours', 'off'],
  'dot-ai-analytics, on': ['ours', 'on'],
  [PEERS.otel.name]: ['otel', 'off'],
  'posthog-node': ['posthog', 'off'],
  '@posthog/mcp': ['posthog-mcp', 'off'],
  mcpcat: ['mcpcat', 'off'],
};

export async function embedding({ quick }) {
  const environments = { off: environment('off'), on: environment('on') };
  const program = join(BENCH, 'subjects', 'load.mjs');
  const subjects = Object.fromEntries(
    Object.entries(SUBJECTS).map(([name, [what, choice]]) => [
      name,
      () => timeOf(process.execPath, [program, what], { env: environments[choice] }),
    ]),
  );
  const { spreads, noise } = await takeTurns(subjects, quick ? 5 : 25);
  const base = spreads[BASELINE].median;
  const memory = {};
  for (const [name, [what, choice]] of Object.entries(SUBJECTS)) {
    const samples = [];
    for (let round = 0; round < 5; round += 1)
      samples.push((await runSubject('load', [what], { env: environments[choice] })).rss);
    memory[name] = spread(samples).median;
  }
  const loading = {
    title: 'Loading it into a server',
    columns: ['library', 'above bare Node', 'half of the runs', '×', 'memory above bare Node'],
    rows: Object.entries(spreads).map(([name, one]) => ({
      ours: name.startsWith('dot-ai'),
      cells: [
        name === BASELINE ? 'a program that loads nothing' : name,
        ms(one.median - base),
        between({ low: one.low - base, high: one.high - base }, ms),
        times(one.median / base),
        bytes(Math.max(0, memory[name] - memory[BASELINE])),
      ],
      value: one.median - base,
    })),
    noise: times(noise),
    chart: { title: 'Loading it, above bare Node', unit: 'ms' },
  };
  return {
    tables: [loading, installTable()],
    figures: Object.fromEntries(Object.entries(spreads).map(([name, { median }]) => [name, median - base])),
  };
}

/** What `npm install` puts on the disk: the package with all it depends on, as the lock files say. */
function installTable() {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  const below = closure(['posthog-node']);
  const rows = [
    {
      ours: true,
      name: 'dot-ai-analytics',
      packages: below.packages + 1,
      size: below.size + packed.unpackedSize,
      download: bytes(packed.size),
    },
    ...Object.entries({
      'posthog-node': ['posthog-node'],
      '@posthog/mcp': ['@posthog/mcp', 'posthog-node'],
      mcpcat: ['mcpcat'],
      [PEERS.otel.name]: [
        '@opentelemetry/sdk-metrics',
        '@opentelemetry/exporter-metrics-otlp-http',
        '@opentelemetry/api',
      ],
    }).map(([name, roots]) => ({ name, ...closure(roots), download: '' })),
  ];
  return {
    title: 'What an installation adds, for a server and for npx alike',
    columns: ['package', 'packages', 'on disk', 'its own tarball'],
    rows: rows.map(({ ours, name, packages, size, download }) => ({
      ours,
      cells: [name, `${packages}`, bytes(size), download],
      value: size / 1024 ** 2,
    })),
    note: 'Without the MCP SDK, which a server has anyway. Of this package, most is the collector: 1.2 MiB of SQLite as WebAssembly, and the dashboard.',
    chart: { title: 'What an installation adds', unit: 'MiB' },
  };
}

function closure(roots) {
  const { packages } = JSON.parse(readFileSync(join(BENCH, 'package-lock.json'), 'utf8'));
  const seen = new Set();
  const visit = (name, from) => {
    // Node's way: the nearest node_modules, from the inside out.
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
      if (packages[path] !== undefined) {
        if (seen.has(path)) return;
        seen.add(path);
        const { dependencies = {} } = packages[path];
        for (const inner of Object.keys(dependencies)) visit(inner, path);
        return;
      }
      if (at === '') return; // an optional one that is not for this machine
    }
  };
  for (const root of roots) visit(root, '');
  const size = [...seen].reduce((sum, path) => sum + sizeOf(join(BENCH, path)), 0);
  return { packages: seen.size, size };
}

function sizeOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules')
    .reduce(
      (sum, item) =>
        sum + (item.isDirectory() ? sizeOf(join(folder, item.name)) : statSync(join(folder, item.name)).size),
      0,
    );
}
