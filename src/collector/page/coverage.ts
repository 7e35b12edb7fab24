import { daysBetween } from '../../schema/calendar.js';
import { stepName } from './buckets.js';
import { comparedWith } from './change.js';
import { h } from './elements.js';
import { days, fullDay, percent, plural } from './format.js';
import { daysIn, inside } from './known.js';
import { declared, type ToolFacts, type View } from './view.js';

/** How much of the period is known, for a sum of all declared tools. */
export function knownShare(view: View): { readonly share: number; readonly days: number; readonly of: number } {
  const { answers, period } = view;
  const tools = declared(view.tools);
  const of = daysBetween(period.from, period.to) + 1;
  const known = tools.reduce((total, one) => total + one.known.days, 0);
  const published = inside(answers.tools.rows, period).filter(({ state }) => state === 'published');
  return { share: tools.length === 0 ? 0 : known / (tools.length * of), days: daysIn(published), of };
}

/** One line: which days these are, how much of them is known, and why the rest is not. */
export function coverage(view: View): HTMLElement {
  const { share, days: some, of } = knownShare(view);
  const known = `Something is known of ${some} of ${of} days, and ${percent(share)} of all tools on all days`;
  const missing = share < 1 ? `; ${percent(1 - share)} is ${reasons(view, declared(view.tools))}.` : '.';
  return line(view, known + missing, comparedWith(view.period));
}

/** The same for one tool. */
export function coverageOf(view: View, tool: ToolFacts): HTMLElement {
  const { days: some, of } = tool.known;
  const missing = some < of ? `; the rest is ${reasons(view, [tool])}.` : '.';
  return line(view, `${tool.name} is known on ${some} of ${of} days${missing}`, '');
}

function line(view: View, known: string, compared: string): HTMLElement {
  const { about, period } = view;
  const stored = 'Each day is shown as it is stored, however few installs it is from.';
  const parts = [`${days(period)}.`, about.pooled ? known : stored, ...newer(view), compared];
  const text = parts.filter((part) => part !== '').join(' ');
  return h('p', { id: 'coverage' }, `${text} `, h('a', { href: '#words' }, 'What the words mean'));
}

/** Days after the period, and those that are not over. */
function newer(view: View): string[] {
  const { about, period } = view;
  const later = about.lastDay > period.to ? `Newer days, to ${fullDay(about.lastDay)}, are only in the charts.` : '';
  const open = view.buckets.filter(({ isOver }) => !isOver);
  const first = open[0];
  return [later, first === undefined ? '' : `From ${fullDay(first.from)}, ${notOver(open.length, view)}`];
}

function notOver(count: number, { buckets: [first] }: View): string {
  const step = first === undefined ? 'week' : stepName(first);
  return `${plural(count, step)} ${count === 1 ? 'is' : 'are'} not over yet.`;
}

/** Why days of these tools are not known. */
function reasons({ about, answers, period }: View, tools: readonly ToolFacts[]): string {
  const names = tools.map(({ name }) => name);
  const rows = inside(answers.tools.rows, period).filter(({ tool }) => names.includes(String(tool)));
  const isOpen = rows.some(({ state }) => state === 'not over yet');
  const isFew = rows.some(({ state }) => state === 'too few');
  const few = `too few (under ${about.minInstalls} installs used a tool, possibly none)`;
  return isFew && isOpen ? `${few}, or not over yet` : isOpen ? 'not over yet' : few;
}
