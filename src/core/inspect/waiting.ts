import { describe, listWaiting, type Stored } from '../deliver/outbox.js';
import { withKey } from '../report/body.js';
import type { Local } from './local-state.js';

/** Reads the closed reports that wait, with the key of today's destination, as they would be sent now. */
export function waitingReports({ home, resolved }: Local): Stored[] {
  if (home === undefined) return [];
  const key = resolved.recipient?.key;
  return listWaiting(home).flatMap((stored) => {
    if (key === undefined) return stored;
    try {
      return describe(stored.name, withKey(stored.body, key));
    } catch {
      return []; // not JSON, so it is not a report and is never sent
    }
  });
}
