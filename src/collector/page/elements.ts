import type { Answers, Row } from './api.js';
import { whole } from './format.js';
import { installNumbers } from './installs.js';
import type { Section } from './section.js';

/** Creates an element with text or other elements in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  content: string | readonly Node[] = [],
  className = '',
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') made.className = className;
  made.append(...(typeof content === 'string' ? [content] : content));
  return made;
}

/** Creates a section of the page, with an empty element in which its chart is drawn later. */
export function sectionElement(section: Section, answers: Answers, minInstalls: number): HTMLElement {
  const { id, title, says, wide, tall, chart, table, suppressed } = section;
  const heading = make('h2', title);
  heading.id = `title-${id}`;
  const figure = make('figure');
  if (chart !== undefined) {
    const place = make('div', [], tall ? 'chart tall' : 'chart');
    place.id = `chart-${id}`;
    place.setAttribute('role', 'img');
    place.setAttribute('aria-label', `${title} ${says} The numbers are in the table below.`);
    figure.append(place);
  } else figure.append(make('p', 'Nothing to draw.'));
  const parts: Node[] = [heading, make('p', says)];
  if (id === 'installs') parts.push(numbers(answers));
  parts.push(figure);
  if (suppressed)
    parts.push(
      make(
        'p',
        `Some numbers are suppressed: fewer than ${minInstalls} installs reported them on a day, or others could be computed from them.`,
        'suppressed',
      ),
    );
  parts.push(tableElement(title, table));
  const made = make('section', parts, wide ? 'wide' : '');
  made.setAttribute('aria-labelledby', heading.id);
  return made;
}

function numbers({ installs }: Answers): HTMLElement {
  const list = make('dl', [], 'numbers');
  for (const { span, now, before } of installNumbers(installs)) {
    const change =
      now === null || before === null
        ? ''
        : now >= before
          ? `▲ ${whole(now - before)} more than the ${span} before`
          : `▼ ${whole(before - now)} fewer than the ${span} before`;
    const small = make('small', change, now !== null && before !== null && now < before ? 'down' : 'up');
    const value = make('dd', [document.createTextNode(whole(now)), small]);
    list.append(make('div', [make('dt', `Installs, last whole ${span}`), value]));
  }
  return list;
}

function tableElement(title: string, rows: readonly Row[]): HTMLElement {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => rows.some((row) => row[name] !== null));
  const head = make(
    'tr',
    columns.map((name) => {
      const cell = make('th', name.replaceAll('_', ' '));
      cell.scope = 'col';
      return cell;
    }),
  );
  const details = make('details', [make('summary', 'Table')]);
  // Created when it is opened, because a year by day has thousands of cells.
  details.addEventListener('toggle', () => {
    if (!details.open || details.querySelector('table') !== null) return;
    const body = rows.map((row) =>
      make(
        'tr',
        columns.map((name) => make('td', whole(row[name]))),
      ),
    );
    const table = make('table', [make('caption', title), make('thead', [head]), make('tbody', body)]);
    const scroll = make('div', [table], 'scroll');
    scroll.tabIndex = 0;
    scroll.setAttribute('role', 'region');
    scroll.setAttribute('aria-label', `${title} Table`);
    details.append(scroll);
  });
  return details;
}
