import { readLocalData } from './local-data.js';
import { type InspectOptions, lookAt } from './local-state.js';
import { type Status, viewStatus } from './status-view.js';

export type { Status };

/** Reads the status. Never writes, and never throws, whatever is on disk. */
export function readStatus(options: InspectOptions = {}): Status {
  const local = lookAt(options);
  return viewStatus(local, readLocalData(local)).data;
}
