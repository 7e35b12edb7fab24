import { assertOwnData, type Home } from '../../platform/home.js';
import type { Gate } from '../consent/gate.js';
import { reclaimAbandoned, takeClosed } from './outbox.js';
import { INTERVAL_MS } from './pace.js';
import { type Dropped, tidy } from './retention.js';

/**
 * Brings the outbox up to date, before anything reads it: takes closed reports, puts back the reports of senders that
 * are gone, and drops reports beyond the limits.
 * @returns what was dropped
 * @throws a system error if the folders cannot be written
 */
export function prepareOutbox(home: Home, gate: Gate, now: number, intervalMs = INTERVAL_MS): Dropped[] {
  assertOwnData(home);
  takeClosed(home, gate, now, intervalMs);
  reclaimAbandoned(home);
  return tidy(home, now);
}
