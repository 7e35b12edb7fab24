import { OTHER, START } from '../../schema/vocabulary.js';
import { h, scrolling, section } from './elements.js';
import { percent, plural, whole } from './format.js';
import { knownOf } from './known.js';
import type { View } from './view.js';

/** Published steps in the period, by the tool before and the tool after. */
function stepsOf({ answers, period }: View): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const steps = new Map<string, Map<string, number>>();
  for (const row of knownOf(answers.workflow.rows, period).rows) {
    const [from, to] = [String(row.from_tool), String(row.to_tool)];
    const own = steps.get(from) ?? new Map<string, number>();
    own.set(to, (own.get(to) ?? 0) + Number(row.count ?? 0));
    steps.set(from, own);
  }
  return steps;
}

const total = (steps: ReadonlyMap<string, number> | undefined) =>
  [...(steps?.values() ?? [])].reduce((a, b) => a + b, 0);
const rowName = (name: string) => (name === START ? 'start of a session' : name);

/** All known steps: of what follows a tool, each row is 100%. */
export function steps(view: View): HTMLElement {
  const title = 'What follows what';
  const all = stepsOf(view);
  const names = view.tools.map(({ name }) => name);
  const before = [START, ...names].filter((name) => all.has(name));
  const after = names.filter((name) => [...all.values()].some((row) => row.has(name)));
  if (before.length === 0) return section('steps', title, 'Too few installs reported steps.');
  const rows = before.map((from) => {
    const own = all.get(from);
    const sumOfRow = total(own);
    return h(
      'tr',
      {},
      h('th', { scope: 'row', class: 'name' }, rowName(from)),
      ...after.map((to) => cell(own?.get(to), sumOfRow)),
      h('td', { class: 'total' }, whole(sumOfRow)),
    );
  });
  const head = ['From', ...after, 'Steps'].map((text, at) =>
    h('th', { scope: 'col', class: at === 0 ? 'name' : undefined }, text),
  );
  const table = h('table', { class: 'matrix flow' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows));
  const count = [...all.values()].reduce((sum, row) => sum + row.size, 0);
  const pooled = `Pairs of few reports are counted in the row “${OTHER}”; “·” is none, or too few.`;
  const few = view.about.pooled ? pooled : '“·” is none.';
  const says = `Of the known steps from each tool, the share that goes to each next tool. All ${plural(count, 'known pair')} of tools. ${few}`;
  return section('steps', title, says, scrolling(title, table));
}

const TINTS = [0.0001, 0.05, 0.1, 0.2, 0.35, 0.5];

function cell(count: number | undefined, of: number): HTMLElement {
  if (count === undefined || of === 0) return h('td', {}, '·');
  const share = count / of;
  const tint = TINTS.filter((from) => share >= from).length;
  return h('td', { class: `t${tint}`, title: plural(count, 'step') }, percent(share));
}

/** The tools before and after one tool, most frequent first. */
export function neighbors(view: View, tool: string): HTMLElement[] {
  const all = stepsOf(view);
  const incoming = new Map([...all].flatMap(([from, row]) => (row.has(tool) ? [[from, row.get(tool) ?? 0]] : [])));
  return [
    list('before', `Before ${tool}`, incoming),
    list('after', `After ${tool}`, all.get(tool) ?? new Map<string, number>()),
  ];
}

function list(id: string, title: string, counts: ReadonlyMap<string, number>): HTMLElement {
  const of = total(counts);
  if (of === 0) return section(id, title, 'No steps are known: too few installs reported them.');
  const rows = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) =>
      h('tr', {}, h('th', { scope: 'row', class: 'name' }, rowName(name)), h('td', {}, whole(count)), cell(count, of)),
    );
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col', class: 'name' }, 'Tool'),
    h('th', { scope: 'col' }, 'Steps'),
    h('th', { scope: 'col' }, 'Share'),
  );
  return section(
    id,
    title,
    id === 'before' && counts.has(OTHER) ? '“other” is tools of few reports, and undeclared ones.' : '',
    scrolling(title, h('table', { class: 'matrix flow' }, h('thead', {}, head), h('tbody', {}, ...rows))),
  );
}
