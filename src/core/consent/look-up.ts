import { entry, tryReadObject } from '../../platform/files.js';
import { folderProblem } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { type ConfigState, MISSING, readConfig } from './config-file.js';
import { asEndpoint, type Endpoint, isSameRecipient } from './destination.js';
import { type Policy, readPolicy } from './policy.js';
import { decideRecipient, type RecipientState } from './recipient.js';
import { readDeclaration } from './server-declaration.js';

/** The content of `analytics/recipient.json`. */
export interface Pin {
  /** The recipient that was used last. */
  readonly pinned: Endpoint | undefined;
  /** Another one, which a server of this home named and the user has not accepted. */
  readonly pending: Endpoint | undefined;
  /** True where the file is there and cannot be read or understood: it may pin a recipient. */
  readonly isDamaged: boolean;
}

const NOTHING_PINNED: Pin = { pinned: undefined, pending: undefined, isDamaged: false };
const MAX_PIN_BYTES = 16 * 1024;

/** Nothing is pinned where the file is missing, or where another user can have put it. */
export function readPin(home: Home): Pin {
  if (folderProblem(home.data) !== undefined) return NOTHING_PINNED;
  const value = tryReadObject(home.recipient, MAX_PIN_BYTES);
  const [pinned, pending] = [asEndpoint(value?.pinned), asEndpoint(value?.pending)];
  const isEmpty = value === undefined || (pinned === undefined && pending === undefined);
  return { pinned, pending, isDamaged: isEmpty && entry(home.recipient) !== undefined };
}

/** What was read already, so that one view does not read it twice. */
interface Known {
  readonly policy?: Policy;
  readonly config?: ConfigState;
  readonly recorded?: Endpoint | undefined;
}

/**
 * Reads what decides about the recipient, and decides.
 * @param declared what this server declares itself; undefined in the command line
 */
export function lookUpRecipient(
  home: Home | undefined,
  env: NodeJS.ProcessEnv,
  declared: Endpoint | undefined,
  known: Known = {},
): RecipientState {
  const { policy = readPolicy(), config = home === undefined ? MISSING : readConfig(home.config) } = known;
  const recorded = 'recorded' in known ? known.recorded : home && readDeclaration(home)?.posthog;
  const pin = home === undefined ? NOTHING_PINNED : readPin(home);
  return decideRecipient({ policy, env, config, declared, recorded: asEndpoint(recorded), ...pin });
}

/** Whether reports may still go there. Asked again right before they leave: the user may have decided meanwhile. */
export function isInForce(
  home: Home | undefined,
  env: NodeJS.ProcessEnv,
  declared: Endpoint | undefined,
  destination: Endpoint,
): boolean {
  const now = lookUpRecipient(home, env, declared).destination;
  return now !== null && isSameRecipient(now, destination);
}
