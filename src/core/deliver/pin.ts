import { removeFile, writeAtomically } from '../../platform/files.js';
import { ensurePrivateFolder, folderProblem } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { type Destination, type Endpoint, isSameRecipient } from '../consent/destination.js';
import type { Gate } from '../consent/gate.js';
import { type Pin, readPin } from '../consent/look-up.js';

/**
 * Pins the recipient that is about to be used, so that no other takes its place unasked (P11).
 * @returns whether it is the one that the file names now: another server may have been faster, or the file cannot be
 *   written
 */
export function pinRecipient(home: Home, gate: Gate, { host, key }: Destination): boolean {
  const { pinned, pending } = readPin(home);
  if (pinned !== undefined && isSameRecipient(pinned, { host, key })) return true;
  if (!gate.check().enabled) return false;
  write(home, { pinned: { host, key }, pending });
  const now = readPin(home).pinned;
  return now !== undefined && isSameRecipient(now, { host, key });
}

/** Notes a recipient that the user has to accept first, so that the command line can name it. */
export function notePending(home: Home, gate: Gate, { host, key }: Endpoint): void {
  const { pinned, pending } = readPin(home);
  if (pending !== undefined && isSameRecipient(pending, { host, key })) return;
  if (gate.check().enabled) write(home, { pinned, pending: { host, key } });
}

/** Forgets both: what was pinned, or waits to be accepted, belongs to an earlier consent. Never through a link. */
export function removePin(home: Home): void {
  if (folderProblem(home.data) === undefined) removeFile(home.recipient);
}

function write(home: Home, pin: Pin): void {
  ensurePrivateFolder(home.data);
  writeAtomically(home.recipient, `${JSON.stringify(pin, null, 2)}\n`);
}
