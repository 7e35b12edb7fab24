// npm run frameworks: calls the recipes of examples/frameworks and writes what was counted into docs/frameworks.md.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { replacePart, table } from './document-part.js';
import {
  type Counted,
  FOLDER,
  FRAMEWORKS,
  type Framework,
  measure,
  measureInstrumented,
  versionOf,
} from './frameworks/measure.js';
import { newerNode } from './newer-node.js';

type Row = Readonly<Record<string, string | number>>;

const COLUMNS = [
  'package',
  'answers',
  'refused arguments',
  'unknown tools',
  'a thrown `RangeError`',
  'sessions, steps',
];

install();
const rows: string[][] = [];
for (const framework of Object.keys(FRAMEWORKS) as Framework[]) rows.push(await measuredRow(framework));
replacePart('docs/frameworks.md', 'measured', table([...COLUMNS, '`instrument` on its own object'], rows));

async function measuredRow(framework: Framework): Promise<string[]> {
  const node = FRAMEWORKS[framework].needsNewerNode ? newerNode() : process.execPath;
  const [counted, instrumented] = [await measure(node, framework), await measureInstrumented(node, framework)];
  const events = rowsIn(counted);
  const tool = (name: string) => events.find((row) => row.tool === name) ?? {};
  const failures = Object.keys(tool('divide')).filter((key) => key.startsWith('failures_'));
  const divisions = Number(tool('divide').invocations ?? 0);
  return [
    `${FRAMEWORKS[framework].package} ${versionOf(framework)}`,
    tool('echo').successes === 1 && tool('divide').successes === 1 ? 'counted' : 'not counted',
    divisions === 3 ? 'counted' : 'not counted',
    tool('other').invocations ? 'counted' : 'not counted',
    failures.map((key) => `\`${key.replace('failures_', '')}\``).join(', '),
    events.some((row) => 'from' in row) ? 'counted' : 'not counted',
    rowsIn(instrumented).some((row) => 'tool' in row) ? 'counts' : 'counts nothing',
  ];
}

function rowsIn({ bodies }: Counted): Row[] {
  return bodies.flatMap((body) => JSON.parse(body).batch.map(({ properties }: { properties: Row }) => properties));
}

function install(): void {
  if (existsSync(`${FOLDER}/node_modules`)) return;
  console.log('Installing the frameworks into examples/frameworks/node_modules …');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', args, { cwd: FOLDER, stdio: 'inherit' });
}
