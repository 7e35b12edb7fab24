/*
 * Every figure is a ratio, or a difference, to a baseline of the same run. Subjects take turns round by round, so that a
 * slow minute of the machine falls on all of them. The baseline takes part twice: a difference smaller than that between
 * its two halves is noise.
 */

export const BASELINE = 'baseline';
const AGAIN = 'baseline again';

/** Measures once. */
export type Measure = () => number | Promise<number>;

/** Median and quartiles. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly samples: readonly number[];
}

export function spread(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75), samples };
}

export interface Turns {
  /** The baseline's. */
  readonly base: Spread;
  /** By subject; the baseline is one. */
  readonly spreads: Readonly<Record<string, Spread>>;
  /** The baseline against itself, as a ratio. */
  readonly noise: number;
}

export async function takeTurns(
  subjects: Readonly<Record<string, Measure>> & { readonly [BASELINE]: Measure },
  rounds: number,
): Promise<Turns> {
  const all = [...Object.entries(subjects), [AGAIN, subjects[BASELINE]] as const].map(([name, measure]) => ({
    name,
    measure,
    samples: [] as number[],
  }));
  for (let round = -1; round < rounds; round += 1) {
    for (const { measure, samples } of round % 2 === 0 ? all : all.toReversed()) {
      const sample = await measure();
      if (round >= 0) samples.push(sample); // the first round warms caches
    }
  }
  const { [AGAIN]: again, ...spreads } = Object.fromEntries(all.map(({ name, samples }) => [name, spread(samples)]));
  const base = spreads[BASELINE];
  if (base === undefined || again === undefined) throw new Error('there is no baseline');
  return { base, spreads, noise: again.median / base.median };
}

/** The median of each subject, as `figure` makes it one. */
export function mediansOf(
  spreads: Readonly<Record<string, Spread>>,
  figure: (median: number) => number = (median) => median,
): Record<string, number> {
  return Object.fromEntries(Object.entries(spreads).map(([name, { median }]) => [name, figure(median)]));
}

/* How figures are written. */

export const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
export const times = (value: number) => `${value.toFixed(2)} ×`;
export const ns = (value: number) =>
  Math.abs(value) < 1000 ? `${Math.round(value)} ns` : `${(value / 1000).toFixed(1)} µs`;
export const bytes = (value: number) =>
  value < 1024
    ? `${value} B`
    : value < 1024 ** 2
      ? `${(value / 1024).toFixed(1)} KiB`
      : `${(value / 1024 ** 2).toFixed(1)} MiB`;
export const between = ({ low, high }: Pick<Spread, 'low' | 'high'>, write: (value: number) => string) =>
  `${write(low)} – ${write(high)}`;
