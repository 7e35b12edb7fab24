import type { Day } from '../../schema/calendar.js';
import type { State } from '../api/source.js';

const SHORT = new Intl.NumberFormat('en', { maximumFractionDigits: 1, notation: 'compact' });
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const DAY = new Intl.DateTimeFormat('en', { timeZone: 'UTC', day: 'numeric', month: 'short' });
const FULL_DAY = new Intl.DateTimeFormat('en', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' });
const MONTH = new Intl.DateTimeFormat('en', { timeZone: 'UTC', month: 'long', year: 'numeric' });

/** A short number for an axis: 1.2K. */
export const short = (value: number): string => (value < 1_000 ? WHOLE : SHORT).format(value);

export const whole = (value: number): string => WHOLE.format(value);

/** A share between 0 and 1. Small shares have one digit more, so that 0.4% is not 0%. */
export const percent = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;

/** A rate of failures, always with one digit, so that rates can be compared. */
export const rate = (share: number): string => `${(100 * share).toFixed(1)}%`;

/** A duration in the unit that fits. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 100_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

const dateOf = (day: Day) => new Date(`${day}T00:00:00Z`);
export const shortDay = (day: Day): string => DAY.format(dateOf(day));
export const fullDay = (day: Day): string => FULL_DAY.format(dateOf(day));
export const monthName = (month: string): string => MONTH.format(dateOf(`${month}-15`));

/** Both ends, the year once if it is the same. */
export function days({ from, to }: { readonly from: Day; readonly to: Day }): string {
  return `${from.slice(0, 4) === to.slice(0, 4) ? shortDay(from) : fullDay(from)} to ${fullDay(to)}`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : many}`;

export function list(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names);
}

/** Why there is no number. Without pooling, what nobody reported is zero. */
export function word(state: State, isPooled: boolean): string {
  return isPooled ? state : '0';
}
