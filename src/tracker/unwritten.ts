import { attempt, type Terms } from '../delivery/attempt.js';
import { debug } from '../platform/debug.js';
import { withKey } from '../report/encode.js';

/**
 * Reports of a process whose folder can't be written: in memory, at most a few. Same ids on every attempt, so that a
 * repeated one is recognised.
 */
export interface Unwritten {
  add(bodies: readonly string[]): void;
  /** One pass; stops at the first that has to wait. */
  send(terms: Terms): Promise<void>;
  forget(): void;
}

const MOST_BODIES = 7;

export function createUnwritten(): Unwritten {
  let waiting: string[] = [];
  return {
    add(bodies) {
      waiting = [...waiting, ...bodies].slice(-MOST_BODIES);
    },
    async send(terms) {
      for (const body of waiting) {
        const { verdict, reason } = await attempt(withKey(body, terms.destination.key), terms);
        debug('send from memory: %s (%s)', verdict, reason);
        if (verdict !== 'delivered' && verdict !== 'rejected') return;
        waiting = waiting.filter((one) => one !== body);
      }
    },
    forget() {
      waiting = [];
    },
  };
}
