// npm run bench [-- --only start-up,exit] [--quick] [--ours] [--json FILE] [--write]: see docs/benchmarks.md.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Judged, judge, type Sections } from './budgets.js';
import { IS_ALONE } from './peers.mjs';
import { installPeers, type Results, thisMachine } from './results.js';
import type { RunOptions } from './section.js';
import { textTable } from './table.js';

/** In this order; the name is what `--only` takes. */
const SECTIONS: Readonly<Record<string, (options: RunOptions) => Promise<Partial<Sections>>>> = {
  'start-up': async (options) => ({ startUp: await (await import('./sections/start-up.js')).startUp(options) }),
  recording: async (options) => ({ recording: await (await import('./sections/recording.js')).recording(options) }),
  calls: async (options) => ({ calls: await (await import('./sections/calls.js')).calls(options) }),
  delivery: async (options) => ({ delivery: await (await import('./sections/delivery.js')).delivery(options) }),
  contents: async () => ({ contents: await (await import('./sections/contents.js')).contents() }),
  exit: async (options) => ({ exit: await (await import('./sections/exit.js')).exit(options) }),
  embedding: async (options) => ({ embedding: await (await import('./sections/embedding.js')).embedding(options) }),
  collector: async (options) => ({ collector: await (await import('./sections/collector.js')).collector(options) }),
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(SECTIONS).join() },
    quick: { type: 'boolean', default: false },
    ours: { type: 'boolean', default: false },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const chosen = values.only.split(',').map((name) => ({ name, run: sectionNamed(name) }));
if (!IS_ALONE) installPeers();

const options = { quick: values.quick, say: (text: string) => console.log(`  ${text}`) };
const sections: Partial<Sections> = {};
for (const { name, run } of chosen) {
  console.log(`\n━━ ${name}`);
  const ran = await run(options);
  for (const { tables } of Object.values(ran)) for (const table of tables) console.log(textTable(table));
  Object.assign(sections, ran);
}
const results: Results = { machine: thisMachine(), quick: values.quick, sections, budgets: judge(sections) };
printBudgets(results.budgets);
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
if (values.write) (await import('./document.js')).writeDocument(results);

function sectionNamed(name: string): (options: RunOptions) => Promise<Partial<Sections>> {
  const section = Object.hasOwn(SECTIONS, name) ? SECTIONS[name] : undefined;
  if (section !== undefined) return section;
  console.error(`There is no section ${name}. There are: ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}

function printBudgets(budgets: readonly Judged[]): void {
  const rows = budgets.map(({ what, budget, measured, peers, isMet }) => ({
    cells: [isMet ? '✓' : '✗', what, budget, measured, peers],
  }));
  const exercises = 'Every figure is a ratio, or a difference, to a baseline of this run.';
  console.log(
    textTable({ title: 'Budgets', exercises, columns: ['', 'what', 'budget', 'measured', 'peers in this run'], rows }),
  );
  for (const { what, budget, measured } of budgets.filter(({ isMet }) => !isMet)) {
    console.log(`NOT MET: ${what}: ${budget}, measured ${measured}`);
  }
}
