import { monotonicClock } from '../../platform/clock.js';
import type { Home } from '../../platform/home.js';
import { KEYS } from '../consent/config-file.js';
import type { Endpoint } from '../consent/destination.js';
import type { Gate } from '../consent/gate.js';
import { tryUpdateConfig } from '../control/config-update.js';

/** The server's own words, in place of the text of `hintFor`. */
export interface HintWords {
  /**
   * Whole sentences that say what is offered and how it is turned on. The recipient, and that the note is shown once,
   * are added. State facts: assistants refuse text that tells them what to do.
   */
  readonly text?: string;
  /** How users call the command line, if not `dot-ai-analytics`. Unused with `text`. */
  readonly command?: string;
}

/** It states facts and gives no orders, because assistants refuse text that tells them what to do. */
export function hintFor(recipient: Endpoint | null, { text, command = 'dot-ai-analytics' }: HintWords = {}): string {
  const host = recipient?.host;
  if (typeof text === 'string' && text !== '') {
    const where = host === undefined ? '' : ` The counts would go to ${host}.`;
    return `${text}${where} This note is shown once.`;
  }
  const where = host === undefined ? '' : `, at ${host}`;
  return (
    `dot-ai can share anonymous usage counts with its maintainers${where}. This is off and stays off unless a person turns it on: ` +
    `\`${command} preview\` shows exactly what would be sent, \`${command} enable\` turns it on. This note is shown once.`
  );
}

/** The note that tells users, once per home, that they can opt in. */
export interface Hint {
  /** False once it was shown or the user has decided. Costs next to nothing. */
  isOpen(): boolean;
  /**
   * The text, if this call won the right to show it: the flag is in config.json when it returns, so that no other
   * process shows it too (P9). Undefined afterward, and if the flag cannot be written.
   */
  claim(): string | undefined;
  /** Whether this process has shown it within this time, ms. */
  wasShownWithin(milliseconds: number): boolean;
  /** The claimed text did not reach a client after all. */
  giveBack(): void;
}

/** A claim fails while another process holds the lock. After this many tries, the home counts as unwritable. */
const MAX_TRIES = 5;

/** Never shown. */
export const NO_HINT: Hint = {
  isOpen: () => false,
  claim: () => undefined,
  wasShownWithin: () => false,
  giveBack() {},
};

/**
 * @param wanted `false`: never; else the words to use
 * @param findRecipient who would receive the counts; null if that is not known yet
 */
export function createHint(
  home: Home | undefined,
  gate: Gate,
  wanted: boolean | HintWords,
  findRecipient: () => Endpoint | null,
): Hint {
  let tries = wanted !== false && home !== undefined ? MAX_TRIES : 0;
  let claimed = false;
  let claimedAt = Number.NEGATIVE_INFINITY;
  return {
    isOpen: () => tries > 0 && isUndecided(gate),
    claim() {
      if (tries === 0 || home === undefined || !isUndecided(gate)) return undefined;
      tries -= 1;
      let isShown = false;
      const recipient = findRecipient();
      // One write: what was offered is what `enable` names, even if no server has counted here yet (P11).
      const offered = recipient === null ? undefined : { host: recipient.host, key: recipient.key };
      const changes = { [KEYS.hintShown]: true, [KEYS.offered]: offered };
      const won = tryUpdateConfig(home, changes, (config) => {
        isShown = config.hintShown;
        return isShown || config.analytics !== undefined;
      });
      if (won || isShown) tries = 0;
      claimed = won;
      if (won) claimedAt = monotonicClock();
      return won ? hintFor(recipient, typeof wanted === 'object' ? wanted : {}) : undefined;
    },
    wasShownWithin: (milliseconds) => monotonicClock() - claimedAt < milliseconds,
    giveBack() {
      if (!claimed || home === undefined) return;
      claimed = false;
      if (tryUpdateConfig(home, { [KEYS.hintShown]: undefined, [KEYS.offered]: undefined }, () => false))
        tries = MAX_TRIES;
    },
  };
}

/** A user who has decided needs no hint, and in CI nobody reads it. */
function isUndecided(gate: Gate): boolean {
  const { decidedBy, layers } = gate.check();
  return decidedBy === 'default' && layers.every(({ layer, value }) => layer !== 'ci' || value === null);
}
