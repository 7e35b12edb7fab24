import type { Pair, Verdict } from './compare.js';
import { days, percent } from './format.js';
import { isWhole } from './known.js';
import type { Period } from './period.js';
import { callsOf, type ToolFacts } from './view.js';

/** How a number differs from that of the period before, as text. */
export interface Change {
  readonly text: string;
  /** If a change in this direction is bad. */
  readonly isWorse?: boolean;
}

export const NO_COMPARISON: Change = { text: 'no earlier period to compare' };
export const TOO_LITTLE: Change = { text: 'too little is known of the period before' };
const AS_BEFORE = '= as before';
export const arrow = (now: number, before: number) => (now === before ? '=' : now > before ? '▲' : '▼');

export function relative(now: number, before: number): string {
  if (before === 0) return NO_COMPARISON.text;
  if (Math.abs(now / before - 1) < 0.0005) return AS_BEFORE;
  return `${arrow(now, before)} ${percent(Math.abs(now / before - 1))} ${now >= before ? 'more' : 'less'}`;
}

export function points([before, now]: readonly [number, number], verdict: Verdict): Change {
  if (Math.abs(now - before) < 0.0005) return { text: AS_BEFORE };
  const text = `${arrow(now, before)} ${Math.abs(100 * (now - before)).toFixed(1)} points${unclear(verdict)}`;
  return { text, isWorse: verdict === 'higher' };
}

export function slower([before, now]: readonly [number, number], verdict: Verdict): Change {
  const text = `${arrow(now, before)} ${percent(Math.abs(now / before - 1))} ${now >= before ? 'slower' : 'faster'}`;
  return { text: text + unclear(verdict), isWorse: verdict === 'higher' };
}

const unclear = (verdict: Verdict) => (verdict === 'no clear change' ? ', not clear' : '');

/** Sums are compared only of tools of which every day of both periods is known. */
export function callsChanged(pairs: readonly Pair[], known: number): Change | undefined {
  const whole = pairs.filter(({ now, before }) => isWhole(now.known) && isWhole(before.known));
  if (whole.length === 0) return undefined;
  const note = whole.length === known ? '' : ` (${whole.length} of ${known} tools, known on all days)`;
  // Three months can be fourteen weeks, and those before thirteen.
  const daily = (one: ToolFacts[]) => callsOf(one) / (one[0]?.known.of ?? 1);
  const text = relative(daily(whole.map((one) => one.now)), daily(whole.map((one) => one.before)));
  return { text: `${text}${text === AS_BEFORE ? '' : ' a day'}${note}` };
}

/** With what the numbers at the top are compared. */
export function comparedWith({ before }: Period): string {
  return before === undefined ? '' : `▲ and ▼ compare with ${days(before)}, in the same mix of tools.`;
}
