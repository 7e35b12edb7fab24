/** No count in a report is larger. */
export const SATURATION = 9999;

/** More rows than this would single out an installation that uses everything; beyond, the least used are `other`. */
export const MOST_ROWS = 100;

/** Of the steps from tool to tool the most frequent; the rest is pooled. */
export const MOST_STEPS = 32;

/** Below this many calls a latency would single out a call. */
export const LATENCY_FROM = 5;

/** PostHog's project keys have some 50 characters. */
export const MOST_KEY_BYTES = 200;

/** A report as sent is at most this many bytes. */
export const MOST_BYTES = 64 * 1024;

const EXACT_BELOW = 100;

/**
 * A count as it leaves: exact below 100, rounded to two significant digits from there, never above 9999. A large exact
 * count would be a fingerprint; nobody needs more than two digits of it.
 */
export function coarse(count: number): number {
  if (count < EXACT_BELOW) return count;
  const unit = 10 ** (Math.floor(Math.log10(count)) - 1);
  return Math.min(Math.round(count / unit) * unit, SATURATION);
}

/** Upper bounds of the histogram cells in ms; each call is in exactly one. Source: OpenTelemetry's MCP conventions. */
export const LATENCY_BOUNDS = [
  10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000,
] as const;

export const LATENCY_CELLS = [
  ...LATENCY_BOUNDS.map((bound) => `latency_le_${bound}` as const),
  'latency_le_inf',
] as const;
export type LatencyCell = (typeof LATENCY_CELLS)[number];

/** The histogram cell of a duration in ms. */
export function latencyCell(milliseconds: number): LatencyCell {
  const index = LATENCY_BOUNDS.findIndex((bound) => milliseconds <= bound);
  return LATENCY_CELLS[index === -1 ? LATENCY_BOUNDS.length : index] as LatencyCell;
}
