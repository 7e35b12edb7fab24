import { debug } from '../../platform/debug.js';
import { MAX_DAYS_IN_MEMORY } from '../../schema/limits.js';
import { attempt, type Terms } from '../deliver/attempt.js';
import { withKey } from '../report/body.js';

/**
 * Reports of a process whose folder cannot be written. They keep their ids on every attempt, so that a repeated one is
 * recognized.
 */
export interface MemoryOutbox {
  /** Request bodies, oldest first. */
  bodies: readonly string[];
  /** How often it was emptied because of an opt-out. */
  clears: number;
}

export function createMemoryOutbox(): MemoryOutbox {
  return { bodies: [], clears: 0 };
}

/**
 * @param clears what the outbox said before the bodies were made. If it says another number now, the user has opted out
 *   meanwhile, and they are dropped (P10)
 */
export function addBodies(outbox: MemoryOutbox, bodies: readonly string[], clears: number): void {
  if (clears === outbox.clears) outbox.bodies = [...outbox.bodies, ...bodies].slice(-MAX_DAYS_IN_MEMORY);
}

/** One pass; stops at the first that has to wait. */
export async function sendFromMemory(outbox: MemoryOutbox, terms: Terms): Promise<void> {
  for (const body of outbox.bodies) {
    const { verdict, reason } = await attempt(withKey(body, terms.destination.key), terms);
    debug('send from memory: %s (%s)', verdict, reason);
    if (verdict !== 'delivered' && verdict !== 'rejected') return;
    outbox.bodies = outbox.bodies.filter((one) => one !== body);
  }
}

export function clearMemory(outbox: MemoryOutbox): void {
  outbox.bodies = [];
  outbox.clears += 1;
}
