import { MAX_DISTINCT_TOOLS } from '../../schema/limits.js';
import { START } from '../../schema/vocabulary.js';

/**
 * The tools that one connection called. It is an object in memory, never an id, and is never written anywhere. It lasts
 * as long as the page on which its calls are counted: neither the rows of another day (P4) nor rows counted after an
 * opt-out (P10) may tell which tool was called before. It keeps only the number of that page.
 */
export interface Chain {
  /** A call of `tool` begins. Returns the tool called before, or `start`. */
  follow(tool: string, generation: number): string;
  /** That call of `tool` is not counted: restores the chain as it was before. */
  unfollow(tool: string, from: string, generation: number): void;
  /** A call of `tool` ends. Returns n if it is the nth different tool of the session. */
  nth(tool: string, generation: number): number | undefined;
}

/** Holds at most one name for each tool of the vocabulary, however long the connection lasts. */
export function createChain(): Chain {
  let current: number | undefined;
  let last = START;
  const distinct = new Set<string>();
  const enter = (generation: number) => {
    if (generation === current) return;
    current = generation;
    last = START;
    distinct.clear();
  };
  return {
    follow(tool, generation) {
      enter(generation);
      const from = last;
      last = tool;
      return from;
    },
    unfollow(tool, from, generation) {
      if (generation === current && last === tool) last = from;
    },
    nth(tool, generation) {
      enter(generation);
      if (distinct.has(tool)) return undefined;
      distinct.add(tool);
      return distinct.size <= MAX_DISTINCT_TOOLS ? distinct.size : undefined;
    },
  };
}
