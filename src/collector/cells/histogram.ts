import { LATENCY_BOUNDS, LATENCY_CELLS, type LatencyCell } from '../../schema/latency.js';

export type Histogram = Readonly<Partial<Record<LatencyCell, number>>>;

/**
 * A quantile of a histogram in ms, by linear interpolation within the cell, as Prometheus does. Null if the histogram
 * is empty. In the last cell, above five minutes, it is the lower bound.
 */
export function quantile(histogram: Histogram, share: number): number | null {
  const total = LATENCY_CELLS.reduce((sum, cell) => sum + (histogram[cell] ?? 0), 0);
  if (total === 0) return null;
  let below = 0;
  for (const [index, cell] of LATENCY_CELLS.entries()) {
    const count = histogram[cell] ?? 0;
    if (count > 0 && below + count >= share * total) {
      const lower = index === 0 ? 0 : (LATENCY_BOUNDS[index - 1] as number);
      const upper = LATENCY_BOUNDS[index] ?? lower;
      return Math.round(lower + ((share * total - below) / count) * (upper - lower));
    }
    below += count;
  }
  return null;
}
