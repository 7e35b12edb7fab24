import { entry, removeFile } from '../../platform/files.js';
import { ensurePrivateFolder, folderProblem } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { linkOnce } from '../../platform/link-once.js';
import { writeAtomically, writeTemporary } from '../../platform/temporary-files.js';
import { type Endpoint, isSameRecipient } from '../consent/destination.js';
import type { Gate } from '../consent/gate.js';
import { type Pin, readPin } from '../consent/look-up.js';
import type { RecipientState } from '../consent/recipient.js';

/**
 * Pins the recipient that is about to be used, so that no other takes its place without the user (P11).
 * @returns whether the file names it now. False if another server has pinned another one since the decision.
 * @throws a system error if the file cannot be written: then nothing may be sent from this home
 */
export function pinRecipient(home: Home, gate: Gate, { destination, pinned: decidedWith }: RecipientState): boolean {
  if (destination === null) return false;
  const { host, key } = destination;
  const { pinned, pending } = readPin(home);
  if (isSame(pinned, destination)) return true;
  if (!isSame(pinned, decidedWith) || !gate.check().enabled) return false;
  const pin = { pinned: { host, key }, pending };
  if (entry(home.recipient) === undefined) create(home, pin);
  else write(home, pin);
  forgetIfOff(home, gate);
  return isSame(readPin(home).pinned, destination);
}

function isSame(a: Endpoint | undefined, b: Endpoint | undefined): boolean {
  return a === undefined || b === undefined ? a === b : isSameRecipient(a, b);
}

/** Notes a recipient that the user has to accept first, so that the command line can name it. */
export function notePending(home: Home, gate: Gate, { host, key }: Endpoint): void {
  const { pinned, pending } = readPin(home);
  if (pending !== undefined && isSameRecipient(pending, { host, key })) return;
  if (!gate.check().enabled) return;
  write(home, { pinned, pending: { host, key } });
  forgetIfOff(home, gate);
}

/** An opt-out between the look and the write has removed the file already. */
function forgetIfOff(home: Home, gate: Gate): void {
  if (!gate.check().enabled) removePin(home);
}

/** Removes the pinned and the pending recipient, which belong to an earlier consent. Never through a link. */
export function removePin(home: Home): void {
  if (folderProblem(home.data) === undefined) removeFile(home.recipient);
}

function write(home: Home, pin: Content): void {
  ensurePrivateFolder(home.data);
  writeAtomically(home.recipient, textOf(pin));
}

/** Of any number of servers that use a recipient for the first time, one wins. */
function create(home: Home, pin: Content): void {
  ensurePrivateFolder(home.data);
  const temporary = writeTemporary(home.recipient, textOf(pin));
  try {
    linkOnce(temporary, home.recipient);
  } finally {
    removeFile(temporary);
  }
}

type Content = Pick<Pin, 'pinned' | 'pending'>;

const textOf = (pin: Content) => `${JSON.stringify(pin, null, 2)}\n`;
