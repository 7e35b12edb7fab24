/*
 * Small pictures out of characters. They only repeat what stands beside them in words: a terminal that can't show them,
 * and whoever listens to one, misses nothing.
 */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const LONGEST = 10;

/** Bars of at most ten columns, the longest for the largest; what is not zero is never nothing. */
export function bars(values: readonly number[]): string[] {
  const largest = Math.max(1, ...values);
  return values.map((value) => {
    const eighths = value === 0 ? 0 : Math.max(1, Math.round((value / largest) * LONGEST * 8));
    return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`.padEnd(LONGEST);
  });
}

/** One column for each value, its height relative to the largest; nothing where the value is zero. */
export function sparkline(values: readonly number[]): string {
  const largest = Math.max(1, ...values);
  return values.map((value) => (value === 0 ? ' ' : LEVELS[Math.ceil((value / largest) * LEVELS.length) - 1])).join('');
}
