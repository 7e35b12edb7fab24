import { byRate, toolLink } from './answers.js';
import { h, scrolling, section } from './elements.js';
import { percent, rate, whole } from './format.js';
import { sum } from './known.js';
import type { ToolFacts, View } from './view.js';

const PREFIX = 'failures_';
const OTHER = `${PREFIX}other`;

/** The categories that occur in the tools' rows, most frequent first, `other` last. */
function categoriesOf(tools: readonly ToolFacts[]): string[] {
  const rows = tools.flatMap(({ known }) => known.rows);
  const all = Object.keys(rows[0] ?? {}).filter((column) => column.startsWith(PREFIX));
  const counts = new Map(all.map((column) => [column, sum(rows, column)]));
  const rank = (column: string) => (column === OTHER ? -1 : (counts.get(column) ?? 0));
  return all.filter((column) => rank(column) !== 0 && counts.get(column) !== 0).sort((a, b) => rank(b) - rank(a));
}

/** Each tool's failures by category, as shares of its calls: the tool that fails most often is first. */
export function failures(view: View): HTMLElement {
  const tools = byRate(view.tools).filter(({ calls }) => (calls ?? 0) > 0);
  const categories = categoriesOf(tools);
  const title = 'Failures by tool and category';
  if (categories.length === 0) return section('failures', title, 'No failures are known.');
  const head = [
    'Tool',
    'All failures',
    ...categories.map((column) => column.slice(PREFIX.length).replaceAll('_', ' ')),
  ];
  const table = h(
    'table',
    { class: 'matrix fails' },
    h(
      'thead',
      {},
      h('tr', {}, ...head.map((text, at) => h('th', { scope: 'col', class: at === 0 ? 'name' : undefined }, text))),
    ),
    h('tbody', {}, ...tools.map((tool) => row(view, tool, categories))),
  );
  const pooled = ' A category that few reports have is counted in other; “·” is none, or so few.';
  const says = `Shares of the calls of each tool, and how many calls that are. Deeper colors are higher shares.${view.about.pooled ? pooled : ''}`;
  return section('failures', title, says, scrolling(title, table));
}

function row(view: View, tool: ToolFacts, categories: readonly string[]): HTMLElement {
  const calls = tool.calls ?? 0;
  const pooled = sum(tool.known.rows, OTHER);
  return h(
    'tr',
    {},
    h('th', { scope: 'row', class: 'name' }, toolLink(view, tool.name)),
    cell(tool.failures ?? 0, calls, 0),
    ...categories.map((column) =>
      cell(sum(tool.known.rows, column), calls, column === OTHER || !view.about.pooled ? 0 : pooled),
    ),
  );
}

/** Shares of calls from which a tint begins. They are fixed, so that a tint means the same in every period. */
const TINTS = [0.0001, 0.005, 0.01, 0.02, 0.04, 0.08];

function cell(count: number, calls: number, pooled: number): HTMLElement {
  if (count === 0) return h('td', {}, pooled > 0 ? '·' : '0');
  const share = count / calls;
  const tint = TINTS.filter((from) => share >= from).length;
  return h('td', { class: `t${tint}` }, `${rate(share)} `, h('small', {}, whole(count)));
}

/** The categories of one tool: how many failures, and their share of its failures and calls. */
export function categoryTable(tool: ToolFacts): HTMLElement {
  const [calls, all] = [tool.calls ?? 0, tool.failures ?? 0];
  const rows = categoriesOf([tool]).map((column) => {
    const count = sum(tool.known.rows, column);
    return h(
      'tr',
      {},
      h('th', { scope: 'row', class: 'name' }, column.slice(PREFIX.length).replaceAll('_', ' ')),
      h('td', {}, whole(count)),
      h('td', {}, percent(count / all)),
      cell(count, calls, 0),
    );
  });
  if (rows.length === 0) return h('p', {}, 'No failures are known.');
  const head = ['Category', 'Failures', 'Share of failures', 'Share of calls'].map((text, at) =>
    h('th', { scope: 'col', class: at === 0 ? 'name' : undefined }, text),
  );
  return scrolling(
    'Failures by category',
    h('table', { class: 'matrix fails' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
  );
}
