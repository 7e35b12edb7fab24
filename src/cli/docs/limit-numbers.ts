import * as LIMITS from '../../schema/limits.js';

const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(LIMITS));

/** Puts the number of a limit where a table names it: `{DAYS_KEPT} days`. @throws Error for a name that is no limit */
export function fillLimits(text: string): string {
  return text.replace(/\{([A-Z_]+)\}/g, (_, name: string) => String(limit(name)));
}

/** Renews the numbers in a handwritten document, which say behind them what they are: `45<!-- DAYS_KEPT --> days`. */
export function renewLimits(markdown: string): string {
  return markdown.replace(/\d+(?=<!-- ([A-Z_]+) -->)/g, (_, name: string) => String(limit(name)));
}

function limit(name: string): number {
  const number = NUMBERS.get(name);
  if (number === undefined) throw new Error(`src/schema/limits.ts has no ${name}`);
  return number;
}
