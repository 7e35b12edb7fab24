import { appendFileSync } from 'node:fs';

/** `npm run attack -- --seed N --times N`: the same attack again, or at length. */
export const SEED = Number(process.env.ATTACK_SEED ?? Math.floor(Math.random() * 2 ** 31));
export const TIMES = Number(process.env.ATTACK_TIMES ?? 1);

/** For `fc.assert`: this number of runs times TIMES, from the printed seed. */
export function runs(number: number): { numRuns: number; seed: number } {
  return { numRuns: number * TIMES, seed: SEED };
}

/** Prints the sums of an attack. `npm run attack` shows them in a table at the end. */
export function report(attack: string, sums: Record<string, number | string>): void {
  const line = JSON.stringify({ attack, seed: SEED, ...sums });
  process.stdout.write(`${line}\n`);
  if (process.env.ATTACK_RESULTS) appendFileSync(process.env.ATTACK_RESULTS, `${line}\n`);
}
