import { debug } from '../../platform/debug.js';
import { attempt, type Terms } from '../deliver/attempt.js';
import { withKey } from '../report/body.js';

/**
 * Reports of a process whose folder can't be written: in memory, at most a few. Same ids on every attempt, so that a
 * repeated one is recognised.
 */
export interface Unwritten {
  /** Adds what `freeze` gives, unless everything is forgotten meanwhile. */
  add(freeze: () => Promise<readonly string[]>): Promise<void>;
  isEmpty(): boolean;
  /** One pass; stops at the first that has to wait. */
  send(terms: Terms): Promise<void>;
  forget(): void;
}

const MOST_BODIES = 7;

export function createUnwritten(): Unwritten {
  let waiting: string[] = [];
  let forgotten = 0;
  return {
    async add(freeze) {
      const begun = forgotten;
      const bodies = await freeze();
      if (begun === forgotten) waiting = [...waiting, ...bodies].slice(-MOST_BODIES);
    },
    isEmpty: () => waiting.length === 0,
    async send(terms) {
      for (const body of waiting) {
        const { verdict, reason } = await attempt(withKey(body, terms.destination.key), terms);
        debug('send from memory: %s (%s)', verdict, reason);
        if (verdict !== 'delivered' && verdict !== 'rejected') return;
        waiting = waiting.filter((one) => one !== body);
      }
    },
    forget() {
      forgotten += 1;
      waiting = [];
    },
  };
}
