import { appendFileSync } from 'node:fs';

/** `npm run attack -- --seed N --times N`: the same attack again, or at length. */
export const SEED = Number(process.env.ATTACK_SEED ?? Math.floor(Math.random() * 2 ** 31));
export const TIMES = Number(process.env.ATTACK_TIMES ?? 1);

/** For `fc.assert`: so many runs, times what was asked for, from the seed that is printed. */
export function runs(number: number): { numRuns: number; seed: number } {
  return { numRuns: number * TIMES, seed: SEED };
}

/** What an attack amounted to; with `npm run attack` it is in the table at the end. */
export function report(attack: string, sums: Record<string, number | string>): void {
  const line = JSON.stringify({ attack, seed: SEED, ...sums });
  process.stdout.write(`${line}\n`);
  if (process.env.ATTACK_RESULTS) appendFileSync(process.env.ATTACK_RESULTS, `${line}\n`);
}

/** Numbers in [0, 1), the same everywhere for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
