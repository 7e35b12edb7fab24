import { describe, listWaiting, type Stored } from '../deliver/outbox.js';
import { withKey } from '../report/body.js';
import type { Local } from './local-state.js';

/** The closed reports that wait, as they would be sent now: the key follows the destination, here as there. */
export function waitingReports({ home, resolved }: Local): Stored[] {
  if (home === undefined) return [];
  const key = resolved.destination?.key;
  return listWaiting(home).flatMap((stored) => {
    if (key === undefined) return stored;
    try {
      return describe(stored.name, withKey(stored.body, key));
    } catch {
      return []; // no JSON: not ours, and never sent
    }
  });
}
