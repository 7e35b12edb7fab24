/*
 * Small pictures made of characters. They only repeat the numbers beside them, so a person with a screen reader or a
 * plain terminal misses nothing.
 */

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const MAX_COLUMNS = 10;

/** Bars of at most ten columns, relative to the largest value. A value above zero is always visible. */
export function bars(values: readonly number[]): string[] {
  const largest = Math.max(1, ...values);
  return values.map((value) => {
    const eighths = value === 0 ? 0 : Math.max(1, Math.round((value / largest) * MAX_COLUMNS * 8));
    return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`.padEnd(MAX_COLUMNS);
  });
}

/** One column for each value, its height relative to the largest. Zero is a dot: a line break removes spaces. */
export function sparkline(values: readonly number[]): string {
  const largest = Math.max(1, ...values);
  return values.map((value) => (value === 0 ? '·' : LEVELS[Math.ceil((value / largest) * LEVELS.length) - 1])).join('');
}
