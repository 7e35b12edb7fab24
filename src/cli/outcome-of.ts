import type { Destination } from '../core/consent/destination.js';
import type { Gate } from '../core/consent/gate.js';
import type { Result } from '../core/deliver/attempt.js';
import { holderOf } from '../core/deliver/holder.js';
import { type NextAttempt, nextTry } from '../core/deliver/pace.js';
import { readReceipt } from '../core/deliver/receipts.js';
import { listUnsent, reportPath } from '../core/deliver/report-files.js';
import type { ReportName } from '../core/report/closed-files.js';
import { systemClock } from '../platform/clock.js';
import type { Home } from '../platform/home.js';
import { askedInWords, NOT_TRIED, OFF, type Words } from './failure-words.js';
import { minute } from './format.js';
import {
  deletedOutcome,
  heldOutcome,
  keptOutcome,
  type SendOutcome,
  settledOutcome,
  triedOutcome,
} from './send-outcome.js';

interface Place {
  readonly home: Home;
  readonly gate: Gate;
  readonly destination: Destination;
}

/** What became of a report, and when a running server tries again, ms since the epoch. */
type Told = readonly [SendOutcome, number | null];

/** What became of a report that this process tried to send. */
export function outcomeOf(place: Place, name: ReportName, result: Result): Told {
  const { home } = place;
  if (result.obstacle === 'held') {
    const holder = holderOf(home, name);
    return holder === undefined ? untriedOutcome(place, name, NOT_TRIED.again) : [heldOutcome(name, holder), null];
  }
  if (result.obstacle === 'off' && !listUnsent(home).includes(name)) return [deletedOutcome(name), null];
  const again = serversTurn(place, name);
  const outcome = triedOutcome(name, result, again);
  return [outcome, outcome.until === null ? null : again];
}

/** The same of a report that it did not try, unless another process did meanwhile. @param why words, or a wait */
export function untriedOutcome(place: Place, name: ReportName, why: Words | NextAttempt): Told {
  const { home, gate } = place;
  const receipt = readReceipt(home, name);
  if (receipt !== undefined) return [settledOutcome(name, receipt), null];
  if (!listUnsent(home).includes(name)) return [deletedOutcome(name), null];
  if (!gate.check().enabled) return [keptOutcome(name, OFF), null];
  const again = serversTurn(place, name);
  if (!('askedUntil' in why)) return [keptOutcome(name, why, again), again];
  const words = askedInWords(why.reason, minute(why.askedUntil));
  return [keptOutcome(name, words, why.askedUntil), again];
}

function serversTurn({ home, destination }: Place, name: ReportName): number {
  return nextTry(home, destination, reportPath(home.outbox, name), systemClock());
}
