import { MIN_CALLS_FOR_LATENCY } from '../../schema/limits.js';
import { DAYS_UNTIL_COMPLETE } from '../cells/intervals.js';
import type { About } from './data.js';
import { h, section } from './elements.js';
import { list } from './format.js';

/** What the words on this page mean. */
export function words({ minInstalls, pooled, questions }: About): HTMLElement {
  const common: readonly (readonly [string, string])[] = [
    ['p50, p95', 'Half of the calls, and 95% of them, took at most so long. Estimated from a histogram.'],
    [
      'no times',
      `Durations are counted only where an install called a tool at least ${MIN_CALLS_FOR_LATENCY} times on a day.`,
    ],
  ];
  const few: readonly (readonly [string, string])[] = [
    ['0', 'Reported, and the number is zero.'],
    ['too few', `Fewer than ${minInstalls} installs reported it, possibly none. The page does not know which.`],
    [
      'not over yet',
      `Numbers are published from ${DAYS_UNTIL_COMPLETE} days after the end of a week or month, when late reports are in.`,
    ],
    [
      'rest of a month',
      'What too few installs reported in a single week is added up over the month, and published once when together they are enough.',
    ],
    [
      'installs',
      'Nobody is counted twice: at least so many in one week or month. Installs of several intervals are never added up.',
    ],
  ];
  const items = [...(pooled ? few : []), ...common].flatMap(([term, text]) => [h('dt', {}, term), h('dd', {}, text)]);
  const links = questions.flatMap((one) => [' ', h('a', { href: `api/v1/${one}.json` }, one)]);
  const data = h('p', {}, 'The same numbers as JSON:', ...links);
  return section('words', 'What the words mean', '', h('dl', { class: 'words' }, ...items), data);
}

/** What a running collector received. Undefined for a static copy, which does not know. */
export function received({ refused, accepted }: About): string | undefined {
  if (refused === undefined) return undefined;
  const rules = Object.entries(refused).filter(([, count]) => count > 0);
  const total = rules.reduce((sum, [, count]) => sum + count, 0);
  const why = total === 0 ? '' : ` (${list(rules.map(([rule, count]) => `${count} ${rule}`))})`;
  return `${accepted === undefined ? '' : `${accepted} accepted, `}${total} refused${why}`;
}
