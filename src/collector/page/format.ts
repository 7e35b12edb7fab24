const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 1, notation: 'compact' });
const WHOLE = new Intl.NumberFormat('en');

/** A short number for an axis: 1.2K. */
export function number(value: number): string {
  return NUMBER.format(value);
}

export function whole(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'number' ? WHOLE.format(value) : value;
}

export function percent(part: number, of: number): string {
  return of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} %`;
}

/** A duration in the unit that fits. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** `latency_le_500` as `≤ 500 ms`. */
export function bound(cell: string): string {
  const limit = cell.slice('latency_le_'.length);
  return limit === 'inf' ? 'more' : `≤ ${duration(Number(limit)).replace('.0', '')}`;
}
