import type { Home } from '../../platform/home.js';
import { KEYS } from '../consent/config-file.js';
import type { Gate } from '../consent/gate.js';
import { tryUpdateConfig } from '../control/config-update.js';

/** States what is, orders nobody about: assistants refuse text that tells them what to do. */
export const HINT =
  'dot-ai can share anonymous usage counts with its maintainers. This is off and stays off unless a person turns it on: ' +
  '`dot-ai-analytics preview` shows exactly what would be sent, `dot-ai-analytics enable` turns it on. This note is shown once.';

/** The note that tells users, once per home, that there is something to decide. */
export interface Hint {
  /** False once there is nothing to show any more: it was shown, or somebody has decided. Costs next to nothing. */
  isOpen(): boolean;
  /**
   * The text, if this call won the right to show it: the flag is in config.json when it returns, so that no other
   * process shows it too (P9). Undefined ever after, and where the flag can't be written.
   */
  claim(): string | undefined;
  /** Whether this process has shown it so recently, ms. */
  wasShownWithin(milliseconds: number): boolean;
  /** The claimed text did not reach anybody after all. */
  giveBack(): void;
}

/** Another process may hold the lock just now; a home that can't be written stays so. Then don't ask for ever. */
const MOST_TRIES = 5;

export function createHint(home: Home | undefined, gate: Gate, wanted: boolean): Hint {
  let tries = wanted && home !== undefined ? MOST_TRIES : 0;
  let claimed = false;
  let claimedAt = Number.NEGATIVE_INFINITY;
  return {
    isOpen: () => tries > 0 && isUndecided(gate),
    claim() {
      if (tries === 0 || home === undefined || !isUndecided(gate)) return undefined;
      tries -= 1;
      let isShown = false;
      const won = tryUpdateConfig(home, { [KEYS.hintShown]: true }, (config) => {
        isShown = config.hintShown;
        return isShown || config.analytics !== undefined;
      });
      if (won || isShown) tries = 0;
      claimed = won;
      if (won) claimedAt = performance.now();
      return won ? HINT : undefined;
    },
    wasShownWithin: (milliseconds) => performance.now() - claimedAt < milliseconds,
    giveBack() {
      if (!claimed || home === undefined) return;
      claimed = false;
      if (tryUpdateConfig(home, { [KEYS.hintShown]: undefined }, () => false)) tries = MOST_TRIES;
    },
  };
}

/** Whoever has said yes or no needs no hint, and in CI there is nobody to read it. */
function isUndecided(gate: Gate): boolean {
  const { decidedBy, layers } = gate.check();
  return decidedBy === 'default' && layers.every(({ layer, value }) => layer !== 'ci' || value === null);
}
