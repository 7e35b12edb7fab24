import type { ConfigState } from './config-file.js';
import {
  asEndpoint,
  type Destination,
  type Endpoint,
  isSameRecipient,
  type Named,
  resolveDestination,
  toDestination,
} from './destination.js';
import { POLICY_PATH, type Policy } from './policy.js';

/** Everything that decides who receives the reports of a home. */
export interface RecipientFacts {
  readonly policy: Policy;
  readonly env: NodeJS.ProcessEnv;
  readonly config: ConfigState;
  /** What this server declares itself; undefined in the command line. */
  readonly declared: Endpoint | undefined;
  /** What the first server that counted here declared. */
  readonly recorded: Endpoint | undefined;
  /** The recipient that was used last. */
  readonly pinned: Endpoint | undefined;
  /** Another recipient, which a server of this home named and the user has not accepted. */
  readonly pending: Endpoint | undefined;
  /** True if recipient.json cannot be understood. It may name a recipient that nothing else names. */
  readonly isDamaged: boolean;
}

export interface RecipientState {
  /** Where this process may send now. Null: nowhere, and counts are kept. */
  readonly destination: Destination | null;
  /** The recipient in force: accepted, or accepted with the consent because it is the first. Null: none is known. */
  readonly recipient: Destination | null;
  /** True if the user named or accepted it, or it was used before; false if the consent accepts it on first use. */
  readonly isAccepted: boolean;
  /** Another recipient, which receives nothing until the user accepts it. */
  readonly pending: Destination | null;
  /** What was pinned when this was decided. */
  readonly pinned: Endpoint | undefined;
  /** True if what is named cannot be used, or the policy does not allow it: an opt-in must not accept it. */
  readonly isRefused: boolean;
  /** Why nothing is sent, although a recipient is known or configured. */
  readonly problem?: string;
}

/**
 * Decides who receives reports (P11). A pure function.
 *
 * In force is the recipient that the user chose in config.json, else the one that the user accepted with `enable`, else
 * the one used last, else the one that the environment names, else the one of the first server. A process that names
 * another one sends nothing.
 */
export function decideRecipient(facts: RecipientFacts): RecipientState {
  const { policy, config, pinned } = facts;
  const named = resolveDestination(facts.env, config.destination, facts.declared ?? facts.recorded);
  const recipient = inForce(facts, named);
  // The command line names nobody of its own: it sends to the recipient in force.
  const isOwn = facts.declared !== undefined || named.destination?.source !== 'server';
  const candidate = isOwn ? (named.destination ?? recipient) : recipient;
  const pending = pendingOf(facts, recipient, candidate);
  const isAccepted =
    recipient !== null && [config.destination, config.recipient, facts.pinned].some((one) => one !== undefined);
  const stopped = (problem: string, shown = recipient): RecipientState => ({
    destination: null,
    recipient: shown,
    isAccepted,
    pending,
    pinned,
    isRefused: false,
    problem,
  });
  const refused = (problem: string): RecipientState => ({ ...stopped(problem, null), isRefused: true });
  if (config.isThere && config.state !== 'ok')
    return stopped('nothing is sent, because config.json may name a recipient and cannot be understood');
  if (facts.isDamaged && config.recipient === undefined && config.destination === undefined)
    return stopped('recipient.json cannot be understood; dot-ai-analytics enable decides anew');
  if (named.problem !== undefined) return refused(named.problem);
  if (policy.state !== 'ok' && policy.state !== 'missing') return refused(policy.problem);
  const { offered } = config;
  if (recipient === null && isForbidden(policy, offered)) return refused(onlyAllowed(policy));
  if (recipient === null || candidate === null)
    return { destination: null, recipient, isAccepted, pending, pinned, isRefused: false };
  if (isForbidden(policy, candidate)) return refused(onlyAllowed(policy));
  if (!isSameRecipient(recipient, candidate))
    return stopped(`reports go to ${recipient.host}; dot-ai-analytics enable accepts ${candidate.host} instead`);
  return { destination: candidate, recipient: candidate, isAccepted, pending, pinned, isRefused: false };
}

function isForbidden({ destination }: Policy, candidate: Endpoint | undefined): boolean {
  return destination !== undefined && candidate !== undefined && !isSameRecipient(destination, candidate);
}

function onlyAllowed({ destination }: Policy): string {
  return `${POLICY_PATH} allows only ${destination && toDestination(destination, 'config').host}`;
}

/**
 * The recipient that an opt-in accepts now: the pending one, else the one in force, else the one that the hint named.
 */
export function offeredRecipient({ pending, recipient }: RecipientState, config: ConfigState): Endpoint | null {
  const { host, key } = pending ?? recipient ?? config.offered ?? {};
  return host === undefined || key === undefined ? null : { host, key };
}

function inForce({ config, pinned, recorded }: RecipientFacts, named: Named): Destination | null {
  const chosen = asEndpoint(config.destination);
  if (chosen !== undefined) return toDestination(chosen, 'config');
  const accepted = config.recipient ?? pinned;
  if (accepted !== undefined) {
    const isRecorded = recorded !== undefined && isSameRecipient(recorded, accepted);
    return isRecorded ? toDestination(recorded, 'server') : toDestination(accepted, 'pinned');
  }
  if (named.destination?.source === 'environment') return named.destination;
  return recorded === undefined ? named.destination : toDestination(recorded, 'server');
}

function pendingOf(
  { pending, policy }: RecipientFacts,
  recipient: Destination | null,
  candidate: Destination | null,
): Destination | null {
  if (recipient === null) return null;
  const others = [candidate, pending && toDestination(pending, 'server')];
  return others.find((one) => one && !isSameRecipient(one, recipient) && !isForbidden(policy, one)) ?? null;
}
