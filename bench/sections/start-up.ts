import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASELINE, between, ms, takeTurns, times } from '../measure.js';
import { BENCH, CLI, environment, otherNode, timeOf } from '../processes.js';

const PEERS = {
  'turbo telemetry status': ['turbo/bin/turbo', 'telemetry', 'status'],
  'nuxt-telemetry status --global': ['@nuxt/telemetry/bin/nuxt-telemetry.mjs', 'status', '--global'],
  'next telemetry status': ['next/dist/bin/next', 'telemetry', 'status'],
  'ng analytics info': ['@angular/cli/bin/ng.js', 'analytics', 'info'],
  'astro telemetry': ['astro/astro.js', 'telemetry'],
};
const OURS = ['status', 'preview', '--help', '--version'];

/** Without a network: a peer that wants to report home can't, and pays nothing for it. */
const CUT_OFF = spawnSync('unshare', ['-n', 'true']).status === 0 ? ['unshare', '-n'] : [];

/**
 * Where companies set this, Node 20 reads all certificates at each start, before a program's first line: bare Node takes
 * almost three times as long, and whatever a program adds weighs less.
 */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

export async function startUp({ quick, say }) {
  if (CUT_OFF.length === 0) say('without `unshare -n` peers are left out: they could send something');
  const here = `Node ${process.versions.node.split('.')[0]}`;
  const settings = [[here, process.execPath, {}], otherVersion(say)];
  if (existsSync(CERTIFICATES)) {
    settings.push([`${here}, NODE_EXTRA_CA_CERTS set`, process.execPath, { NODE_EXTRA_CA_CERTS: CERTIFICATES }]);
  }
  const tables = [];
  const figures = {};
  for (const [label, node, extra] of settings.filter(Boolean)) {
    const { spreads, noise } = await takeTurns(subjectsOn(node, extra), quick ? 5 : 25);
    const base = spreads[BASELINE].median;
    tables.push({
      title: `Start-up, ${label}`,
      columns: ['command', 'median', 'half of the runs', '× node -e 0'],
      rows: Object.entries(spreads).map(([name, one]) => ({
        ours: name.startsWith('dot-ai-analytics'),
        cells: [name === BASELINE ? 'node -e 0' : name, ms(one.median), between(one, ms), times(one.median / base)],
        value: one.median / base,
      })),
      noise: times(noise),
      chart: { title: `Start-up on ${label}, times bare Node`, unit: '×' },
    });
    figures[label] = Object.fromEntries(Object.entries(spreads).map(([name, { median }]) => [name, median / base]));
  }
  return { tables, figures };
}

function otherVersion(say) {
  const major = process.versions.node.startsWith('24.') ? 20 : 24;
  const node = otherNode(major);
  if (node === undefined) say(`Node ${major} can't be had with npx, and is left out`);
  return node && [`Node ${major}`, node, {}];
}

function subjectsOn(node, extra) {
  const run = (...args) => {
    const env = { ...environment(), ...extra };
    writeFileSync(join(env.HOME, 'angular.json'), '{"version": 1, "projects": {}}'); // ng asks for a project
    const [program, ...rest] = [...CUT_OFF, node, ...args];
    return () => timeOf(program, rest, { env, cwd: env.HOME });
  };
  const subjects = { [BASELINE]: run('-e', '0') };
  for (const command of OURS) subjects[`dot-ai-analytics ${command}`] = run(CLI, command);
  if (CUT_OFF.length === 0) return subjects;
  for (const [name, [file, ...args]] of Object.entries(PEERS)) {
    subjects[name] = run(join(BENCH, 'node_modules', file), ...args);
  }
  return subjects;
}
