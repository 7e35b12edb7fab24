import { latencyCell } from '../../schema/limits.js';
import { CATEGORIES, type Category } from '../../schema/vocabulary.js';

/**
 * Cells that a schema after the first has brought, by the number of that schema. They are counted only once it is
 * accepted: a yes to schema 1 is none to what came later, not even on this machine.
 */
export const LATER_CELLS: ReadonlyMap<string, number> = new Map();

/** Those of the cells that belong to the accepted schema. */
export function acceptedCells(
  cells: readonly string[],
  accepted: number,
  later: ReadonlyMap<string, number> = LATER_CELLS,
): readonly string[] {
  return later.size === 0 ? cells : cells.filter((cell) => (later.get(cell) ?? 1) <= accepted);
}

/** How a call ended. */
export type Outcome = 'success' | Category;

/** Sessions are told apart up to this many different tools. */
export const MOST_DISTINCT = 6;

/**
 * The cells of a tool's line. Everything that one call changes stands on the line of the called tool, so that one
 * write counts it: its outcome, its latency, the tool before it (`from_`), and as which different tool of its
 * session it was (`nth_`), from which the sessions per number of tools follow by subtraction.
 */
export function callCells(outcome: Outcome, milliseconds: number, from?: string, nth?: number): string[] {
  const cells: string[] = [OUTCOME_CELLS[outcome], latencyCell(milliseconds)];
  if (from !== undefined) cells.push(fromCell(from));
  if (nth !== undefined) cells.push(nthCell(nth));
  return cells;
}

export const SUCCESS = 'success';

const OUTCOME_CELLS: Readonly<Record<Outcome, string>> = Object.freeze({
  success: SUCCESS,
  ...(Object.fromEntries(CATEGORIES.map((category) => [category, `failure_${category}`])) as Record<Category, string>),
});

export const outcomeCell = (outcome: Outcome): string => OUTCOME_CELLS[outcome];
export const fromCell = (from: string): string => `from_${from}`;
export const nthCell = (nth: number): string => `nth_${nth}`;

export const toolLine = (tool: string): string => `tool ${tool}`;
export const featureLine = (feature: string): string => `feature ${feature}`;
export const providerLine = (provider: string): string => `provider ${provider}`;
export const USES = 'uses';
