import { OTHER } from '../../schema/vocabulary.js';
import { linkTo } from './address.js';
import { compareTimes, pairsOf, timesOf } from './compare.js';
import { knownShare } from './coverage.js';
import { h, link, section } from './elements.js';
import { duration, list, percent, rate, whole } from './format.js';
import { byName, knownOf, sum } from './known.js';
import { latestRelease } from './releases.js';
import { declared, type ToolFacts, toolsIn, type View } from './view.js';

/** What a maintainer wants to know first, in sentences. */
export function inShort(view: View): HTMLElement {
  const items: (readonly [string, readonly (string | Node)[]])[] = [
    ['Fix first', fixFirst(view)],
    ['Slower than before', slower(view)],
    ['Nobody uses', unused(view)],
    ['Last release', latestRelease(view)],
    ['Not known', notKnown(view)],
  ];
  const list = items.map(([term, text]) => h('div', {}, h('dt', {}, term), h('dd', {}, ...text)));
  return section('in-short', 'In short', '', h('dl', { class: 'answers' }, ...list));
}

/** A rate of fewer calls says little. */
const ENOUGH_CALLS = 30;

export function byRate(tools: readonly ToolFacts[]): ToolFacts[] {
  return tools.filter(({ rate }) => rate !== null).sort((a, b) => (b.rate ?? 0) - (a.rate ?? 0));
}

function fixFirst(view: View): (string | Node)[] {
  const [worst] = byRate(view.tools).filter(
    ({ calls, failures }) => (calls ?? 0) >= ENOUGH_CALLS && (failures ?? 0) > 0,
  );
  if (worst === undefined) return ['No failures are known.'];
  const { name, rate: share, calls, failures, known } = worst;
  const categories = Object.keys(known.rows[0] ?? {}).filter((column) => column.startsWith('failures_'));
  const [first] = categories
    .map((column) => ({ column, count: sum(known.rows, column) }))
    .sort((a, b) => b.count - a.count);
  const most = first === undefined ? '' : `, ${mostly(first.column.slice('failures_'.length), first.count)}`;
  return [
    toolLink(view, name),
    ` fails most often: ${rate(share ?? 0)} of ${whole(calls ?? 0)} calls, ${whole(failures ?? 0)} failures${most}.`,
  ];
}

function mostly(category: string, count: number): string {
  return category === OTHER ? 'of categories that too few reports name' : `most often ${category} (${whole(count)})`;
}

function slower({ about, answers, period, tools }: View): string[] {
  if (period.before === undefined) return ['There is no earlier period of the same length.'];
  const pairs = pairsOf(tools, toolsIn({ about, answers }, period.before));
  const judged = pairs.filter((one) => compareTimes([one]) !== 'not known');
  if (judged.length === 0) return ['Too little is known of the period before.'];
  const texts = judged.flatMap((one) => {
    const times = compareTimes([one]) === 'higher' ? timesOf([one]) : null;
    return times === null ? [] : [`${one.now.name} (p95 ${duration(times[0])} → ${duration(times[1])})`];
  });
  const of = `of the ${judged.length} that can be compared`;
  return [texts.length === 0 ? `No tool ${of}.` : `${list(texts)}, ${of}.`];
}

function unused({ about, answers, period, tools }: View): string[] {
  const names = declared(tools).filter(({ known, calls }) => known.state === 'too few' || calls === 0);
  const features = [...byName(answers.features.rows, 'feature', about.features)].filter(
    ([name, rows]) => name !== 'other' && knownOf(rows, period).state === 'too few',
  );
  const parts = [
    names.length === 0 ? 'Every declared tool has known use' : `No known use of ${list(names.map(({ name }) => name))}`,
    features.length === 0
      ? 'every declared feature too.'
      : `of features, no known use of ${list(features.map(([name]) => name))}.`,
  ];
  const why = about.pooled ? ` No known use means under ${about.minInstalls} installs, possibly none.` : '';
  return [parts.join('; '), names.length + features.length > 0 ? why : ''];
}

function notKnown(view: View): string[] {
  if (!view.about.pooled) return ['Nothing is left out.'];
  const { share, of } = knownShare(view);
  const tools = declared(view.tools);
  const partly = tools.filter(({ known }) => known.days > 0 && known.days < known.of).map(({ name }) => name);
  const not = tools.filter(({ known }) => known.days === 0).map(({ name }) => name);
  const parts = [
    `${percent(1 - share)} of ${tools.length} declared tools × ${of} days`,
    ...(partly.length > 0
      ? [`only parts of the period are known of ${partly.length === tools.length ? 'every tool' : list(partly)}`]
      : []),
    ...(not.length > 0 ? [`nothing is known of ${list(not)}`] : []),
  ];
  return [`${parts.join('; ')}. What is not known is in no sum on this page.`];
}

export function toolLink({ address }: View, name: string): HTMLAnchorElement {
  return link(linkTo(address, { tool: name }), name);
}
