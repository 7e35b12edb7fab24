import type { Gate } from '../consent/gate.js';
import { judge } from '../delivery/answers.js';
import type { Destination } from '../delivery/destination.js';
import { post } from '../delivery/post.js';
import { debug } from '../platform/debug.js';
import { causeOf } from '../platform/errors.js';

/**
 * Reports of a process whose folder can't be written: in memory, sent once they are frozen, at most a few. Same bytes
 * on every attempt, so that a repeated one is recognised.
 */
export interface Unwritten {
  add(bodies: readonly string[]): void;
  send(destination: Destination, signal: AbortSignal, background: boolean): Promise<void>;
  forget(): void;
}

const MOST_BODIES = 7;

export function createUnwritten(gate: Gate): Unwritten {
  let waiting: string[] = [];
  return {
    add(bodies) {
      waiting = [...waiting, ...bodies].slice(-MOST_BODIES);
    },
    async send(destination, signal, background) {
      for (const body of waiting) {
        if (signal.aborted || !gate.check().enabled) return;
        try {
          const verdict = judge(await post(destination.url, body, { signal, background }));
          if (verdict === 'delivered' || verdict === 'rejected') waiting = waiting.filter((one) => one !== body);
        } catch (error) {
          debug('send: %s', causeOf(error));
          return;
        }
      }
    },
    forget() {
      waiting = [];
    },
  };
}
