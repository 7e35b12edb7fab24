import { linkTo } from './address.js';
import { toolLink } from './answers.js';
import { spark } from './chart.js';
import { h, link, scrolling, section } from './elements.js';
import { duration, rate, whole, word } from './format.js';
import { intervalsOf } from './known.js';
import { averagesOver, callsOver } from './series.js';
import { declared, type ToolFacts, type View } from './view.js';

interface SortableColumn {
  readonly key: string;
  readonly title: string;
  /** Null sorts last in both directions. */
  readonly value: (tool: ToolFacts) => number | string | null;
  readonly text: (tool: ToolFacts) => string;
}

const number = (
  key: string,
  title: string,
  value: (tool: ToolFacts) => number | null,
  text: (value: number) => string,
) => ({ key, title, value, text: (tool: ToolFacts) => textOf(value(tool), text, tool) }) satisfies SortableColumn;

const textOf = (value: number | null, text: (value: number) => string, { calls }: ToolFacts) =>
  value === null ? (calls === null ? '' : 'no times') : text(value);

const BEFORE_TREND: readonly SortableColumn[] = [
  number(
    'installs',
    'Installs',
    ({ installs }) => installs,
    (value) => `≥ ${whole(value)}`,
  ),
  number('calls', 'Calls', ({ calls }) => calls, whole),
];
const AFTER_TREND: readonly SortableColumn[] = [
  number('failures', 'Failure rate', ({ rate: share, calls }) => (calls === 0 ? 0 : share), rate),
  number('p50', 'p50', (tool) => tool.p50, duration),
  number('p95', 'p95', (tool) => tool.p95, duration),
];
const NAME: SortableColumn = { key: 'tool', title: 'Tool', value: ({ name }) => name, text: ({ name }) => name };
const KNOWN: SortableColumn = {
  key: 'known',
  title: 'Known by',
  value: ({ known }) => known.days,
  text: ({ known }) => knownBy(known),
};
const COLUMNS = [NAME, ...BEFORE_TREND, ...AFTER_TREND, KNOWN];

function knownBy(known: ToolFacts['known']): string {
  if (known.rows.length === 0) return '';
  const isPooled = known.rows.some(({ interval, from }) => interval !== from);
  return known.days === known.of || !isPooled
    ? intervalsOf(known)
    : `${intervalsOf(known)}: ${known.days} of ${known.of} days`;
}

/** One row for each declared tool, also for those of which nothing is known. */
export function toolsTable(view: View): HTMLElement {
  const sorted = sortedTools(view);
  const head = h(
    'tr',
    {},
    header(view, NAME),
    ...BEFORE_TREND.map((column) => header(view, column)),
    h('th', { scope: 'col' }, 'Trend of calls'),
    ...AFTER_TREND.map((column) => header(view, column)),
    header(view, KNOWN),
  );
  const table = h(
    'table',
    { class: 'tools' },
    h('thead', {}, head),
    h('tbody', {}, ...sorted.map((tool) => row(view, tool))),
  );
  const says =
    'Choose a heading to sort, a tool to see all of it. Installs are at least so many: those of the interval that has most.';
  return section('tools', 'Tools', says, scrolling('Tools', table));
}

function header({ address }: View, { key, title }: SortableColumn): HTMLElement {
  const [sort, isRising] = orderOf(address);
  const isOwn = sort === key;
  const wasRising = isOwn ? isRising : key !== NAME.key;
  const changes = { sort: key, order: wasRising ? undefined : 'rising' };
  const sign = isOwn ? (isRising ? ' ↑' : ' ↓') : '';
  const attributes = isOwn ? { 'aria-sort': isRising ? 'ascending' : 'descending' } : {};
  const name = key === NAME.key || key === KNOWN.key ? 'name' : undefined;
  return h(
    'th',
    { scope: 'col', class: name, ...attributes },
    link(linkTo(address, changes), title + sign, { id: `sort-${key}` }),
  );
}

function orderOf({ sort, order }: View['address']): [string, boolean] {
  const known = COLUMNS.find(({ key }) => key === sort);
  return known === undefined ? ['calls', false] : [known.key, order === 'rising'];
}

function sortedTools({ tools, address }: View): ToolFacts[] {
  const [key, isRising] = orderOf(address);
  const { value } = COLUMNS.find((one) => one.key === key) ?? NAME;
  const names = declared(tools).map(({ name }) => name);
  // Calls of undeclared names are no tool: their row is there only if something is known.
  const shown = tools.filter(({ name, calls }) => names.includes(name) || calls !== null);
  return shown.sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one === null || other === null) return one === other ? a.place - b.place : one === null ? 1 : -1;
    const order = one < other ? -1 : one > other ? 1 : 0;
    return order === 0 ? a.place - b.place : isRising ? order : -order;
  });
}

function row(view: View, tool: ToolFacts): HTMLElement {
  const name = h(
    'th',
    { scope: 'row', class: 'name' },
    h('span', { class: `dot c${tool.place % COLORS}` }),
    toolLink(view, tool.name),
  );
  if (tool.calls === null) {
    const why = word(tool.known.state, view.about.pooled);
    const cells = [...BEFORE_TREND, undefined, ...AFTER_TREND].map((column) =>
      h('td', { class: 'word' }, column?.key === 'calls' || column?.key === 'installs' ? why : ''),
    );
    return h(
      'tr',
      { class: 'unknown' },
      name,
      ...cells,
      h('td', { class: 'name word' }, view.about.pooled ? `not known: ${why}` : ''),
    );
  }
  const rows = view.answers.tools.rows.filter((one) => one.tool === tool.name);
  const values = callsOver(rows, view.buckets);
  const trend = spark({
    kind: 'bars',
    values,
    isPartly: averagesOver(rows, view.buckets),
    buckets: view.buckets,
    releases: view.releases,
    color: `c${tool.place % COLORS}`,
  });
  return h(
    'tr',
    {},
    name,
    ...BEFORE_TREND.map((column) => h('td', {}, column.text(tool))),
    h('td', { class: 'trend' }, trend),
    ...AFTER_TREND.map((column) => h('td', {}, column.text(tool))),
    h('td', { class: 'name small' }, KNOWN.text(tool)),
  );
}

/** Classes with a color. A tool's place in the vocabulary decides, so it keeps its color. */
export const COLORS = 9;
