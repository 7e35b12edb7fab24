import { addDays, mondayOf } from '../../schema/calendar.js';
import { DAYS_UNTIL_COMPLETE, weekSpan } from '../cells/intervals.js';
import { compareRates, compareTimes, type Pair, pairsOf, ratesOf, timesOf, type Verdict } from './compare.js';
import type { Release } from './data.js';
import { h, scrolling, section } from './elements.js';
import { days, duration, fullDay, plural, rate, whole } from './format.js';
import { daysIn } from './known.js';
import type { Days } from './period.js';
import { callsOf, type ToolFacts, toolsIn, type View } from './view.js';

/** So many days before and after a release are compared, if no other release lies in them. */
const WINDOW_DAYS = 56;

interface Compared {
  readonly release: Release;
  readonly before: Days;
  readonly after: Days;
  /** Tools of which something is known on both sides. */
  readonly pairs: readonly Pair[];
}

/** Only intervals wholly on one side count: the week of the release is on neither, unless it came out on a Monday. */
function compared({ releases, answers, about }: View): Compared[] {
  return releases
    .filter(({ date }) => date > about.firstDay && date <= about.lastDay)
    .map((release, at, all) => {
      const [previous, next] = [all[at - 1], all[at + 1]];
      const { date } = release;
      const end = earliest(addDays(date, WINDOW_DAYS - 1), weekSpan(mondayOf(about.lastDay)).to);
      const before = { from: latest(addDays(date, -WINDOW_DAYS), previous?.date), to: addDays(date, -1) };
      const after = { from: date, to: earliest(end, next && addDays(next.date, -1)) };
      return {
        release,
        before,
        after,
        pairs: pairsOf(toolsIn({ about, answers }, after), toolsIn({ about, answers }, before)),
      };
    })
    .reverse();
}

const latest = (a: string, b: string | undefined) => (b !== undefined && b > a ? b : a);
const earliest = (a: string, b: string | undefined) => (b !== undefined && b < a ? b : a);

export function releases(view: View): HTMLElement | undefined {
  const all = compared(view);
  if (all.length === 0) return undefined;
  const says =
    'Tools of which something is known before and after: up to eight weeks on each side, as far as the releases beside it. The week of the release is on neither side, unless it came out on a Monday. “In the same mix” means that each tool counts the same before and after. “Lower” and “higher” are differences of more than three standard errors.';
  return section('releases', 'Before and after each release', says, ...all.map((one) => comparison(view, one)));
}

function comparison(view: View, { release, before, after, pairs }: Compared): HTMLElement {
  const title = h('h3', {}, `${release.name}, ${fullDay(release.date)}`);
  if (pairs.length === 0) {
    const isYoung = addDays(release.date, 6 + DAYS_UNTIL_COMPLETE) > view.about.today;
    const why = isYoung ? 'The first week after it is not over yet.' : 'Too few installs before or after it.';
    return h('div', { class: 'release-table' }, title, h('p', {}, why));
  }
  const row = (name: string, own: readonly Pair[]) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row', class: 'name' }, name),
      h('td', {}, both(ratesOf(own), rate)),
      verdict(compareRates(own)),
      h('td', {}, both(timesOf(own), duration)),
      verdict(compareTimes(own)),
      h('td', {}, `${whole(callsOf(own.map((one) => one.before)))} → ${whole(callsOf(own.map((one) => one.now)))}`),
    );
  const head = ['Tool', 'Failure rate', 'Failures are', 'p95', 'Time is', 'Known calls'].map((text, at) =>
    h('th', { scope: 'col', class: at === 0 ? 'name' : undefined }, text),
  );
  const known = (tools: readonly ToolFacts[]) => plural(daysIn(tools.flatMap((one) => one.known.rows)), 'day');
  const caption = `${days(before)} (${known(pairs.map((one) => one.before))} known) → ${days(after)} (${known(pairs.map((one) => one.now))} known)`;
  const body = [row('All, in the same mix', pairs), ...pairs.map((one) => row(one.now.name, [one]))];
  const table = h('table', { class: 'compare' }, h('caption', {}, caption), h('thead', {}, h('tr', {}, ...head)));
  table.append(h('tbody', {}, ...body));
  return h('div', { class: 'release-table' }, title, scrolling(`Before and after ${release.name}`, table));
}

function verdict(found: Verdict): HTMLElement {
  const sign = found === 'lower' ? '▼ ' : found === 'higher' ? '▲ ' : '';
  return h(
    'td',
    { class: `verdict ${found === 'higher' ? 'worse' : found === 'lower' ? 'better' : ''}` },
    sign + found,
  );
}

function both(values: readonly [number, number] | null, format: (value: number) => string): string {
  return values === null ? 'not known' : `${format(values[0])} → ${format(values[1])}`;
}

/** Whether the last release helped, in a sentence. */
export function latestRelease(view: View): string[] {
  const [last] = compared(view);
  if (last === undefined) return ['No release is known. The collector reads them from --releases FILE.'];
  const { release, pairs } = last;
  const name = `${release.name} (${fullDay(release.date)})`;
  if (pairs.length === 0) return [`${name}: too little is known on both sides of it.`];
  const failed = `failure rate ${told(compareRates(pairs), both(ratesOf(pairs), rate))}`;
  const slow = `p95 ${told(compareTimes(pairs), both(timesOf(pairs), duration))}`;
  const changed = pairs.flatMap((one) => {
    const [rates, times] = [compareRates([one]), compareTimes([one])];
    return [
      ...(isClear(rates) ? [`failure rate of ${one.now.name} ${told(rates, both(ratesOf([one]), rate))}`] : []),
      ...(isClear(times) ? [`p95 of ${one.now.name} ${told(times, both(timesOf([one]), duration))}`] : []),
    ];
  });
  const single = changed.length === 0 ? '' : ` By tool: ${changed.join('; ')}.`;
  return [`${name}: ${failed}, ${slow}, of ${plural(pairs.length, 'tool')} in the same mix.${single}`];
}

const isClear = (found: Verdict) => found === 'higher' || found === 'lower';
const told = (found: Verdict, values: string) => (found === 'not known' ? found : `${found} (${values})`);
