import { tryReadObject } from '../../platform/files.js';
import { folderProblem } from '../../platform/folders.js';
import type { Home } from '../../platform/home.js';
import { type ConfigState, MISSING, readConfig } from './config-file.js';
import { asEndpoint, type Endpoint } from './destination.js';
import { type Policy, readPolicy } from './policy.js';
import { decideRecipient, type RecipientState } from './recipient.js';
import { readDeclaration } from './server-declaration.js';

/** The content of `analytics/recipient.json`. */
export interface Pin {
  /** The recipient that was used last. */
  readonly pinned: Endpoint | undefined;
  /** Another one, which a server of this home named and the user has not accepted. */
  readonly pending: Endpoint | undefined;
}

const NOTHING_PINNED: Pin = { pinned: undefined, pending: undefined };
const MAX_PIN_BYTES = 16 * 1024;

/** Nothing is pinned where the file is missing or damaged, or where another user can have put it. */
export function readPin(home: Home): Pin {
  if (folderProblem(home.data) !== undefined) return NOTHING_PINNED;
  const value = tryReadObject(home.recipient, MAX_PIN_BYTES);
  return { pinned: asEndpoint(value?.pinned), pending: asEndpoint(value?.pending) };
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
