/*
 * Every figure is a ratio, or a difference, to a baseline of the same run. Subjects take turns round by round, so that a
 * slow minute of the machine falls on all of them; the baseline is there twice, and how far its two halves are apart is
 * what can't be told from nothing.
 */

export const BASELINE = 'baseline';
const AGAIN = 'baseline again';

/** @typedef {{ median: number, low: number, high: number, samples: number[] }} Spread median and quartiles */

/** @returns {Spread} */
export function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return { median: at(0.5), low: at(0.25), high: at(0.75), samples };
}

/**
 * @param {Record<string, () => number | Promise<number>>} subjects each measures once; `baseline` is among them
 * @returns {Promise<{ spreads: Record<string, Spread>, noise: number }>} `noise`: baseline against itself, as a ratio
 */
export async function takeTurns(subjects, rounds) {
  const all = { ...subjects, [AGAIN]: subjects[BASELINE] };
  const samples = Object.fromEntries(Object.keys(all).map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    const order = Object.entries(all);
    if (round % 2 !== 0) order.reverse();
    for (const [name, measureOnce] of order) {
      const sample = await measureOnce();
      if (round >= 0) samples[name].push(sample); // the first round warms caches
    }
  }
  const { [AGAIN]: again, ...spreads } = Object.fromEntries(
    Object.entries(samples).map(([name, list]) => [name, spread(list)]),
  );
  return { spreads, noise: again.median / spreads[BASELINE].median };
}

/* How figures are written. */

export const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
export const times = (value) => `${value.toFixed(2)} ×`;
export const ns = (value) => (Math.abs(value) < 1000 ? `${Math.round(value)} ns` : `${(value / 1000).toFixed(1)} µs`);
export const bytes = (value) =>
  value < 1024
    ? `${value} B`
    : value < 1024 ** 2
      ? `${(value / 1024).toFixed(1)} KiB`
      : `${(value / 1024 ** 2).toFixed(1)} MiB`;
export const between = ({ low, high }, write) => `${write(low)} – ${write(high)}`;
