/** Calls by day and tool, such as `2026-01-05 recommend`. */
export type Tally = Map<string, number>;

export function add(tally: Tally, key: string): void {
  tally.set(key, (tally.get(key) ?? 0) + 1);
}

export function sumOf(tally: Tally): number {
  return [...tally.values()].reduce((total, one) => total + one, 0);
}
