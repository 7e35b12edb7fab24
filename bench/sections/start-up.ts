import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASELINE, between, type Measure, mediansOf, ms, takeTurns, times } from '../measure.js';
import { BENCH, CLI, environment, otherNode, timeOf } from '../processes.js';
import type { RunOptions, Section } from '../section.js';
import type { Table } from '../table.js';

const PEERS: Readonly<Record<string, readonly [file: string, ...args: string[]]>> = {
  'turbo telemetry status': ['turbo/bin/turbo', 'telemetry', 'status'],
  'nuxt-telemetry status --global': ['@nuxt/telemetry/bin/nuxt-telemetry.mjs', 'status', '--global'],
  'next telemetry status': ['next/dist/bin/next', 'telemetry', 'status'],
  'ng analytics info': ['@angular/cli/bin/ng.js', 'analytics', 'info'],
  'astro telemetry': ['astro/astro.js', 'telemetry'],
};
const OURS = ['status', 'preview', '--help', '--version'];

/** Without a network: a peer that wants to report home cannot, and pays nothing for it. */
const CUT_OFF = spawnSync('unshare', ['-n', 'true']).status === 0 ? ['unshare', '-n'] : [];

/**
 * Where companies set this, Node 20 reads all certificates at each start, before a program's first line. Bare Node takes
 * almost three times as long, and the share of a program is smaller.
 */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** By setting, by command: ratios to bare Node. */
export type StartUpFigures = Readonly<Record<string, Readonly<Record<string, number>>>>;

interface Setting {
  readonly label: string;
  readonly node: string;
  readonly extra: Readonly<Record<string, string>>;
}

export async function startUp({ quick, say }: RunOptions): Promise<Section<StartUpFigures>> {
  if (CUT_OFF.length === 0) say('without `unshare -n` peers are left out: they could send something');
  const tables: Table[] = [];
  const figures: Record<string, Readonly<Record<string, number>>> = {};
  for (const { label, node, extra } of settings(say)) {
    const { base, spreads, noise } = await takeTurns(subjectsOn(node, extra), quick ? 5 : 25);
    const ratio = (median: number) => median / base.median;
    tables.push({
      title: `Start-up, ${label}`,
      columns: ['command', 'median', 'half of the runs', '× node -e 0'],
      rows: Object.entries(spreads).map(([name, one]) => ({
        ours: name.startsWith('dot-ai-analytics'),
        cells: [name === BASELINE ? 'node -e 0' : name, ms(one.median), between(one, ms), times(ratio(one.median))],
        value: ratio(one.median),
      })),
      noise: times(noise),
      chart: { title: `Start-up on ${label}, times bare Node`, unit: '×' },
    });
    figures[label] = mediansOf(spreads, ratio);
  }
  return { tables, figures };
}

function settings(say: RunOptions['say']): readonly Setting[] {
  const here = `Node ${process.versions.node.split('.')[0]}`;
  const found: Setting[] = [{ label: here, node: process.execPath, extra: {} }];
  const major = process.versions.node.startsWith('24.') ? '20' : '24';
  const other = otherNode(major);
  if (other === undefined) say(`npx cannot get Node ${major}, which is left out`);
  else found.push({ label: `Node ${major}`, node: other, extra: {} });
  if (existsSync(CERTIFICATES)) {
    const extra = { NODE_EXTRA_CA_CERTS: CERTIFICATES };
    found.push({ label: `${here}, NODE_EXTRA_CA_CERTS set`, node: process.execPath, extra });
  }
  return found;
}

function subjectsOn(node: string, extra: Setting['extra']): Record<string, Measure> & { [BASELINE]: Measure } {
  const run = (...args: string[]): Measure => {
    const env = { ...environment(), ...extra };
    writeFileSync(join(env.HOME, 'angular.json'), '{"version": 1, "projects": {}}'); // ng asks for a project
    const [program = node, ...rest] = [...CUT_OFF, node, ...args];
    return () => timeOf(program, rest, { env, cwd: env.HOME });
  };
  const subjects: Record<string, Measure> & { [BASELINE]: Measure } = { [BASELINE]: run('-e', '0') };
  for (const command of OURS) subjects[`dot-ai-analytics ${command}`] = run(CLI, command);
  if (CUT_OFF.length === 0) return subjects;
  for (const [name, [file, ...args]] of Object.entries(PEERS)) {
    subjects[name] = run(join(BENCH, 'node_modules', file), ...args);
  }
  return subjects;
}
