import { START } from '../schema/vocabulary.js';
import { MOST_DISTINCT } from './cells.js';

/** The chain of tools of one connection: an object in memory, never an id, never written anywhere. */
export interface Chain {
  /** A call of `tool` begins. Returns the tool called before, or `start`. */
  follow(tool: string): string;
  /** That call of `tool` came to nothing: the chain is as it was before. */
  unfollow(tool: string, from: string): void;
  /** A call of `tool` ends and is counted on `day`. Returns n where it is the nth different tool of the session. */
  nth(tool: string, day: string): number | undefined;
}

/** Holds at most one name per tool of the vocabulary, however long the connection lasts. */
export function createChain(): Chain {
  let last = START;
  let today = '';
  const distinct = new Set<string>();
  return {
    follow(tool) {
      const from = last;
      last = tool;
      return from;
    },
    unfollow(tool, from) {
      if (last === tool) last = from;
    },
    nth(tool, day) {
      if (day !== today) {
        // Counted per day: a connection that outlives midnight is a session of both days.
        today = day;
        distinct.clear();
      }
      if (distinct.has(tool)) return undefined;
      distinct.add(tool);
      return distinct.size <= MOST_DISTINCT ? distinct.size : undefined;
    },
  };
}
