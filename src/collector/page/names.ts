import { OTHER } from '../../schema/vocabulary.js';
import type { QuestionName } from '../api/columns.js';
import { h, s, scrolling, section } from './elements.js';
import { list, percent, whole, word } from './format.js';
import { byName, knownOf, sum } from './known.js';
import { SESSION_SIZES } from './series.js';
import type { View } from './view.js';

interface Named {
  readonly name: string;
  readonly installs: number | null;
  readonly count: number | null;
  readonly why: string;
}

function namedIn({ about, answers, period }: View, question: QuestionName, column: string, measure: string): Named[] {
  return [...byName(answers[question].rows, column, question === 'features' ? about.features : [])].map(
    ([name, rows]) => {
      const { rows: own, state } = knownOf(rows, period);
      const isKnown = state === 'published';
      return {
        name,
        installs: isKnown ? Math.max(...own.map(({ installs }) => Number(installs))) : null,
        count: isKnown ? sum(own, measure) : null,
        why: word(state, about.pooled),
      };
    },
  );
}

/** Features in the order of the workflow, which is that of the vocabulary. */
export function features(view: View): HTMLElement {
  const all = namedIn(view, 'features', 'feature', 'uses').filter(
    ({ name, count }) => name !== OTHER || count !== null,
  );
  const largest = Math.max(1, ...all.map(({ count }) => count ?? 0));
  const says = 'In the order of the workflow. Shares are of the most used one.';
  return section('features', 'Features', says, table('Feature', 'Uses', all, largest));
}

/** AI providers, most calls first. Those of which nothing is known are named below. */
export function providers(view: View): HTMLElement {
  const all = namedIn(view, 'providers', 'provider', 'invocations');
  const known = all.filter(({ count }) => count !== null).sort((a, b) => (b.count ?? 0) - (a.count ?? 0));
  const calls = known.reduce((total, { count }) => total + (count ?? 0), 0);
  const rest = all.filter(({ count }) => count === null);
  const why = [...new Set(rest.map((one) => one.why))].map((one) => {
    const names = rest.filter((other) => other.why === one).map(({ name }) => name);
    return `${one}: ${list(names)}.`;
  });
  const more = h('p', { class: 'small' }, why.map((text) => text[0]?.toUpperCase() + text.slice(1)).join(' '));
  const says = 'Shares are of the calls to all known providers.';
  return section(
    'providers',
    'AI providers',
    says,
    known.length > 0 ? table('Provider', 'Calls', known, Math.max(1, calls)) : undefined,
    more,
  );
}

export function sessions({ about, answers, period }: View): HTMLElement {
  const { rows, state } = knownOf(answers.sessions.rows, period);
  const all = SESSION_SIZES.map(([measure, name]) => ({
    ...{ name, installs: null, why: word(state, about.pooled) },
    count: state === 'published' ? sum(rows, measure) : null,
  }));
  const total = all.reduce((sum, { count }) => sum + (count ?? 0), 0);
  return section(
    'sessions',
    'Different tools in a session',
    'Shares are of all known sessions.',
    table('Session with', 'Sessions', all, Math.max(1, total)),
  );
}

function table(column: string, counted: string, all: readonly Named[], of: number): HTMLElement {
  const hasInstalls = all.some(({ installs }) => installs !== null);
  const head = [column, ...(hasInstalls ? ['Installs'] : []), counted, 'Share', ''].map((text, at) =>
    text === '' ? h('td', {}) : h('th', { scope: 'col', class: at === 0 ? 'name' : undefined }, text),
  );
  const rows = all.map(({ name, installs, count, why }) => {
    const cells = count === null ? [why, '', ''] : [whole(count), percent(count / of)];
    const share = count === null ? 0 : count / of;
    return h(
      'tr',
      { class: count === null ? 'unknown' : undefined },
      h('th', { scope: 'row', class: 'name' }, name),
      hasInstalls ? h('td', {}, installs === null ? '' : `≥ ${whole(installs)}`) : undefined,
      ...cells.slice(0, 2).map((text) => h('td', {}, text)),
      h('td', { class: 'bar' }, bar(share)),
    );
  });
  return scrolling(
    column,
    h('table', { class: 'bars' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)),
  );
}

function bar(share: number): SVGSVGElement {
  const rect = s('rect', { class: 'bar', x: 0, y: 0, width: (100 * share).toFixed(2), height: 10 });
  return s(
    'svg',
    { class: 'share accent', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    rect,
  );
}
