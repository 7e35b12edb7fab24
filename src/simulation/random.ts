/** Numbers in [0, 1). */
export type Random = () => number;

/**
 * Gives the same numbers for the same seed (mulberry32), so that a simulation can be repeated. Not for ids or order.
 */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws one of the names, by weight. */
export function pick<T extends string>(weights: Readonly<Record<T, number>>, random: Random): T {
  const entries = Object.entries(weights) as [T, number][];
  let left = random() * entries.reduce((total, [, weight]) => total + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return (entries.at(-1) as [T, number])[0];
}

/** Draws from a log-normal distribution; `spread` is the standard deviation of the logarithm. */
export function logNormal(median: number, spread: number, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(spread * normal);
}
