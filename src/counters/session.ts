import { START } from '../schema/vocabulary.js';
import { MOST_DISTINCT } from './cells.js';

/** What a call means for the session it is in. */
export interface Step {
  /** The tool called before, or `start`. */
  readonly from: string;
  /** Set where this tool is new to the session: it is its nth different one. */
  readonly nth?: number;
}

/** The chain of tools of one connection: an object in memory, never an id, never written anywhere. */
export interface Chain {
  /** The call of `tool` begins, on `day`. */
  next(tool: string, day: string): Step;
}

/** Holds at most one name per tool of the vocabulary, however long the connection lasts. */
export function createChain(): Chain {
  let last = START;
  let today = '';
  const distinct = new Set<string>();
  return {
    next(tool, day) {
      if (day !== today) {
        // Days share nothing: a connection that outlives midnight counts as a session of both days.
        today = day;
        distinct.clear();
      }
      const from = last;
      last = tool;
      if (distinct.has(tool)) return { from };
      distinct.add(tool);
      return distinct.size <= MOST_DISTINCT ? { from, nth: distinct.size } : { from };
    },
  };
}
