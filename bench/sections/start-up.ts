import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASELINE, between, type Measure, mediansOf, ms, takeTurns, times } from '../measure.js';
import { IS_ALONE } from '../peers.mjs';
import { BENCH, CLI, canCountInstructions, countInstructions, environment, otherNode, timeOf } from '../processes.js';
import type { RunOptions, Section } from '../section.js';
import type { Table } from '../table.js';

interface Command {
  readonly args: readonly string[];
  /** A part of its output, without which it did something else. */
  readonly prints: RegExp;
}

const PEERS: Readonly<Record<string, Command>> = {
  'turbo telemetry status': { args: ['turbo/bin/turbo', 'telemetry', 'status'], prints: /Status: /i },
  'nuxt-telemetry status --global': {
    args: ['@nuxt/telemetry/bin/nuxt-telemetry.mjs', 'status', '--global'],
    prints: /telemetry is/i,
  },
  'next telemetry status': { args: ['next/dist/bin/next', 'telemetry', 'status'], prints: /Status: /i },
  'ng analytics info': { args: ['@angular/cli/bin/ng.js', 'analytics', 'info'], prints: /status: /i },
  'astro telemetry': { args: ['astro/astro.js', 'telemetry'], prints: /telemetry/i },
};
const OURS: Readonly<Record<string, RegExp>> = {
  status: /Analytics is off/,
  preview: /example/i,
  '--help': /Usage: /,
  '--version': /^\d+\.\d+\.\d+$/m,
};

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
  for (const setting of settings(say)) {
    const subjects = subjectsIn(setting);
    const measures = Object.fromEntries(Object.entries(subjects).map(([name, { measure }]) => [name, measure]));
    const { base, spreads, noise } = await takeTurns(
      { ...measures, [BASELINE]: subjects[BASELINE].measure },
      quick ? 7 : 15,
    );
    const instructions = quick || tables.length > 0 ? undefined : instructionsOf(subjects, say);
    const ratio = (median: number) => median / base.median;
    tables.push({
      title: `Start-up, ${setting.label}`,
      exercises:
        'Each command from start to end in an empty home, with an environment that has only `PATH` and `HOME`; its output goes to a pipe. Checked: it ended without an error, and printed what it is for. Instructions are those of callgrind beyond `node -e 0`: they do not depend on how busy the machine is.',
      columns: ['command', 'median', 'half of the runs', '× node -e 0', 'instructions above it'],
      rows: Object.entries(spreads).map(([name, one]) => ({
        ours: name.startsWith('dot-ai-analytics'),
        cells: [
          name === BASELINE ? 'node -e 0' : name,
          ms(one.median),
          between(one, ms),
          times(ratio(one.median)),
          millions(instructions?.[name]),
        ],
        value: ratio(one.median),
      })),
      noise: times(noise),
      chart: { title: `Start-up on ${setting.label}, times bare Node`, unit: '×' },
    });
    figures[setting.label] = mediansOf(spreads, ratio);
  }
  return { tables, figures };
}

function millions(value: number | undefined): string {
  return value === undefined ? '–' : `${(value / 1e6).toFixed(0)} million`;
}

/** Beyond those of bare Node, by command: this package's, and that of the peer which starts fastest. */
function instructionsOf(subjects: Subjects, say: RunOptions['say']): Readonly<Record<string, number>> | undefined {
  if (!canCountInstructions()) {
    say('without valgrind instructions are not counted');
    return undefined;
  }
  const bare = subjects[BASELINE].instructions();
  const ours = Object.entries(subjects).filter(([name]) => name.startsWith('dot-ai-analytics'));
  return Object.fromEntries(ours.map(([name, { instructions }]) => [name, instructions() - bare]));
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

interface Subject {
  readonly measure: Measure;
  readonly instructions: () => number;
}

type Subjects = Readonly<Record<string, Subject>> & { readonly [BASELINE]: Subject };

function subjectsIn({ node, extra }: Setting): Subjects {
  const subjectOf = (args: readonly string[], prints?: RegExp): Subject => {
    const env = { ...environment(), ...extra };
    writeFileSync(join(env.HOME, 'angular.json'), '{"version": 1, "projects": {}}'); // ng asks for a project
    const [program = node, ...rest] = [...CUT_OFF, node, ...args];
    const where = { env, cwd: env.HOME, prints };
    return {
      measure: () => timeOf(program, rest, where),
      instructions: () => countInstructions(node, args, where),
    };
  };
  const subjects: Record<string, Subject> & { [BASELINE]: Subject } = { [BASELINE]: subjectOf(['-e', '0']) };
  for (const [command, prints] of Object.entries(OURS))
    subjects[`dot-ai-analytics ${command}`] = subjectOf([CLI, command], prints);
  if (CUT_OFF.length === 0 || IS_ALONE) return subjects;
  for (const [name, { args, prints }] of Object.entries(PEERS)) {
    const [file = '', ...rest] = args;
    subjects[name] = subjectOf([join(BENCH, 'node_modules', file), ...rest], prints);
  }
  return subjects;
}
