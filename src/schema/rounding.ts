import { MAX_COUNT, MAX_EXACT_COUNT } from './limits.js';

/** Rounds a count before it is sent: exact up to 99, two significant digits from 100 up, at most 9999. */
export function roundCount(count: number): number {
  if (count <= MAX_EXACT_COUNT) return count;
  const unit = 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.min(Math.round(count / unit) * unit, MAX_COUNT);
}
