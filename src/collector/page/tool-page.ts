import { linkTo } from './address.js';
import { byRate } from './answers.js';
import { coverageOf } from './coverage.js';
import { h, link, section } from './elements.js';
import { categoryTable } from './failures.js';
import { days, duration, list, plural, rate, whole } from './format.js';
import { intervalsOf } from './known.js';
import { toolOverTime } from './over-time.js';
import { neighbors } from './steps.js';
import { declared, type ToolFacts, type View } from './view.js';

/** All that is known of one tool. A tool without known numbers, or of an unknown name, says so. */
export function toolPage(view: View, name: string): HTMLElement[] {
  const tool = view.tools.find((one) => one.name === name);
  const top = h(
    'nav',
    { class: 'tools', 'aria-label': 'All tools' },
    link(linkTo(view.address, { tool: undefined }), '← All tools'),
    ...others(view, name),
  );
  if (tool === undefined) {
    const names = declared(view.tools).map((one) => one.name);
    return [
      top,
      h(
        'section',
        { id: 'tool' },
        h('h2', { tabindex: -1 }, 'No such tool'),
        h('p', {}, `No server declared a tool of this name. The declared tools are ${list(names)}.`),
      ),
    ];
  }
  const heading = h('h2', { id: 'title-tool', tabindex: -1 }, tool.name);
  if (tool.calls === null)
    return [
      top,
      h('section', { id: 'tool', 'aria-labelledby': 'title-tool' }, heading, h('p', {}, unknown(view, tool))),
    ];
  return [
    top,
    h(
      'section',
      { id: 'tool', 'aria-labelledby': 'title-tool' },
      heading,
      h('dl', { class: 'facts' }, ...facts(view, tool)),
      coverageOf(view, tool),
    ),
    toolOverTime(view, tool),
    section('categories', 'Why it fails', 'A category that few reports have is counted in other.', categoryTable(tool)),
    h('div', { class: 'two' }, ...neighbors(view, tool.name)),
  ];
}

function others({ tools, address }: View, current: string): HTMLElement[] {
  return declared(tools).map(({ name }) =>
    link(linkTo(address, { tool: name }), name, name === current ? { 'aria-current': 'page' } : {}),
  );
}

/** Why nothing is known of a tool. */
function unknown({ about, period }: View, { name, known }: ToolFacts): string {
  const when = `in this period (${days(period)})`;
  if (!about.pooled) return `0: nobody reported a call of ${name} ${when}.`;
  if (known.state === 'not over yet')
    return `Not over yet: numbers of ${name} ${when} are published when its weeks are over.`;
  return `Too few: in each interval of this period (${days(period)}), fewer than ${about.minInstalls} installs reported a call of ${name}, possibly none. A longer period may have more.`;
}

function facts(view: View, tool: ToolFacts): HTMLElement[] {
  const { installs, calls, failures, known } = tool;
  const ranked = byRate(view.tools);
  const place = ranked.indexOf(tool) + 1;
  const items: readonly (readonly [string, string, string])[] = [
    ['Installs', `≥ ${whole(installs ?? 0)}`, 'in the interval that has most'],
    ['Calls', whole(calls ?? 0), days(view.period)],
    [
      'Failure rate',
      calls === 0 ? '–' : rate((failures ?? 0) / (calls ?? 1)),
      `${plural(failures ?? 0, 'failure')}; number ${place} of ${ranked.length} tools`,
    ],
    ['p50', tool.p50 === null ? 'no times' : duration(tool.p50), 'half of the calls are faster'],
    ['p95', tool.p95 === null ? 'no times' : duration(tool.p95), '95% of the calls are faster'],
    ['Known by', `${known.days} of ${known.of} days`, intervalsOf(known)],
  ];
  return items.map(([term, value, note]) =>
    h(
      'div',
      { class: 'key' },
      h('dt', {}, term),
      h('dd', { class: value.length > 9 ? 'word' : 'number' }, value),
      h('dd', { class: 'of' }, note),
    ),
  );
}
