type Attributes = Readonly<Record<string, string | number | undefined>>;
type Child = Node | string | undefined;

/** Creates an element. Attributes that are undefined, and children that are, are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  return filled(document.createElement(tag), attributes, children);
}

const SVG = 'http://www.w3.org/2000/svg';

export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A section with a heading that names it. */
export function section(id: string, title: string, says: string, ...children: readonly Child[]): HTMLElement {
  const heading = h('h2', { id: `title-${id}` }, title);
  const text = says === '' ? undefined : h('p', { class: 'says' }, says);
  return h('section', { id, 'aria-labelledby': heading.id }, heading, text, ...children);
}

/** A table that scrolls by itself where it is too wide, also with the keyboard. */
export function scrolling(label: string, table: HTMLTableElement): HTMLElement {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `${label}, table` }, table);
}

/** A link within the page: main.ts shows its view without loading the page again. */
export function link(href: string, text: string, attributes: Attributes = {}): HTMLAnchorElement {
  return h('a', { href, 'data-view': '', ...attributes }, text);
}

export interface Column {
  readonly title: string;
  /** Names are on the left, numbers on the right. */
  readonly isName?: boolean;
}

/** A plain table behind a chart. Created when it is opened, because it can be long. */
export function numbersBehind(label: string, columns: readonly Column[], rows: readonly (readonly string[])[]) {
  const details = h('details', {}, h('summary', {}, label));
  const create = () => {
    if (!details.open || details.querySelector('table') !== null) return;
    const classOf = (at: number) => (columns[at]?.isName ? 'name' : undefined);
    const head = columns.map(({ title }, at) => h('th', { scope: 'col', class: classOf(at) }, title));
    const body = rows.map((row) => h('tr', {}, ...row.map((text, at) => h('td', { class: classOf(at) }, text))));
    const table = h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...body));
    details.append(scrolling(label, table));
  };
  details.addEventListener('toggle', create);
  return details;
}
