/**
 * Upper bounds of the histogram's cells in ms. Each call is in exactly one cell. Source: OpenTelemetry's MCP
 * conventions.
 */
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
