import { MAX_COUNT, MAX_EXACT_COUNT } from './limits.js';

/** A count as it leaves: exact up to 99, rounded to two significant digits from 100 up, never above 9999. */
export function roundCount(count: number): number {
  if (count <= MAX_EXACT_COUNT) return count;
  const unit = 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.min(Math.round(count / unit) * unit, MAX_COUNT);
}
