// npm run bench [-- --only start-up,exit] [--quick] [--json FILE] [--write]: see docs/benchmarks.md.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judge } from './budgets.js';
import { BENCH, ROOT } from './processes.js';
import { textTable } from './table.js';

/* In this order; the name is what `--only` takes. */
const SECTIONS = {
  'start-up': ['startUp', () => import('./sections/start-up.js')],
  recording: ['recording', () => import('./sections/recording.js')],
  calls: ['calls', () => import('./sections/calls.js')],
  delivery: ['delivery', () => import('./sections/delivery.js')],
  contents: ['contents', () => import('./sections/contents.js')],
  exit: ['exit', () => import('./sections/exit.js')],
  embedding: ['embedding', () => import('./sections/embedding.js')],
  collector: ['collector', () => import('./sections/collector.js')],
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(SECTIONS).join() },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const names = values.only.split(',');
const unknown = names.find((name) => !Object.hasOwn(SECTIONS, name));
if (unknown !== undefined) {
  console.error(`There is no section ${unknown}. There are: ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}

if (!existsSync(join(BENCH, 'node_modules'))) {
  console.log('Installing what is compared with, into bench/node_modules …');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: BENCH,
    stdio: 'inherit',
  });
}

const say = (text) => console.log(`  ${text}`);
const results = { machine: machine(), sections: {}, quick: values.quick };
for (const name of names) {
  const [key, load] = SECTIONS[name];
  console.log(`\n━━ ${name}`);
  const { tables, figures } = await (await load())[key]({ quick: values.quick, say });
  for (const table of tables) console.log(textTable(table));
  results.sections[key] = { tables, figures };
}
results.budgets = judge(
  Object.fromEntries(Object.entries(results.sections).map(([key, { figures }]) => [key, figures])),
);

console.log(
  textTable({
    title: 'Budgets',
    columns: ['', 'what', 'budget', 'measured', 'peers in this run'],
    rows: results.budgets.map(({ what, budget, measured, peers, isMet }) => ({
      cells: [isMet ? '✓' : '✗', what, budget, measured, peers],
    })),
  }),
);
for (const { what, budget, measured, isMet } of results.budgets) {
  if (!isMet) console.log(`NOT MET: ${what}: ${budget}, measured ${measured}`);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
if (values.write) {
  const { writeDocument } = await import('./document.js');
  writeDocument(results);
}

function machine() {
  const version = (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')).version;
  const { dependencies } = JSON.parse(readFileSync(join(BENCH, 'package.json'), 'utf8'));
  return {
    when: new Date().toISOString().slice(0, 10),
    node: process.version,
    processor: `${cpus().length} × ${cpus()[0].model}`,
    memory: `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    system: `${process.platform} ${process.arch}`,
    versions: {
      'dot-ai-analytics': version(ROOT),
      ...Object.fromEntries(
        Object.keys(dependencies).map((name) => [name, version(join(BENCH, 'node_modules', name))]),
      ),
    },
  };
}
