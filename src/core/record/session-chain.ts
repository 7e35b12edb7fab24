import { MAX_DISTINCT_TOOLS } from '../../schema/limits.js';
import { START } from '../../schema/vocabulary.js';

/**
 * The chain of tools of one connection: an object in memory, never an id, never written anywhere. It lasts as long as
 * its era: a day, and what was counted on it, since neither another day's row (P4) nor one after a no may tell what
 * was called before.
 */
export interface Chain {
  /** A call of `tool` begins. Returns the tool called before, or `start`. */
  follow(tool: string, era: string): string;
  /** That call of `tool` came to nothing: the chain is as it was before. */
  unfollow(tool: string, from: string, era: string): void;
  /** A call of `tool` ends. Returns n where it is the nth different tool of the session. */
  nth(tool: string, era: string): number | undefined;
}

/** Holds at most one name per tool of the vocabulary, however long the connection lasts. */
export function createChain(): Chain {
  let current = '';
  let last = START;
  const distinct = new Set<string>();
  const enter = (era: string) => {
    if (era === current) return;
    current = era;
    last = START;
    distinct.clear();
  };
  return {
    follow(tool, era) {
      enter(era);
      const from = last;
      last = tool;
      return from;
    },
    unfollow(tool, from, era) {
      if (era === current && last === tool) last = from;
    },
    nth(tool, era) {
      enter(era);
      if (distinct.has(tool)) return undefined;
      distinct.add(tool);
      return distinct.size <= MAX_DISTINCT_TOOLS ? distinct.size : undefined;
    },
  };
}
