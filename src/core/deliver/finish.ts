import type { Clock } from '../../platform/clock.js';
import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import type { Home } from '../../platform/home.js';
import type { Destination } from '../consent/destination.js';
import { failureOf, type Result } from './attempt.js';
import { type Stored, settle } from './outbox.js';
import { INTERVAL_MS, noteEnd } from './pace.js';
import { statedReason } from './stated-reason.js';

interface Place {
  readonly home: Home;
  readonly destination: Destination;
  readonly clock: Clock;
  readonly intervalMs?: number;
}

/** Notes the outcome of an attempt. Never throws: an unwritable home does not change what the destination received. */
export function finish(place: Place, report: Stored, result: Result): Result {
  const { home, destination, clock, intervalMs = INTERVAL_MS } = place;
  if (result.verdict === 'skipped') return result; // the outcome is unknown, so the wait that the attempt began stays
  const now = clock();
  const failure = failureOf(result);
  const unkept = failure === undefined ? causeOfFailing(() => keep(place, report, result, now)) : undefined;
  const unnoted = causeOfFailing(() => noteEnd(home, destination, failure, now, intervalMs));
  if (unnoted !== undefined) debug('note the end of %s: %s', report.name, unnoted); // an unwritable home, as above
  return unkept === undefined ? result : { ...result, unkept };
}

/**
 * If no receipt can be written, the report goes back. The same bytes are sent again, and the destination knows their
 * ids.
 */
function keep({ home, destination }: Place, report: Stored, { verdict, answer }: Result, now: number): void {
  const { name, day, bytes, sha256 } = report;
  const outcome = verdict === 'delivered' ? verdict : 'rejected';
  const reason = answer === undefined || outcome === 'delivered' ? undefined : statedReason(answer);
  settle(home, name, {
    day,
    outcome,
    at: new Date(now).toISOString(),
    url: destination.url,
    status: answer?.status ?? 0,
    ...(reason !== undefined && { reason }),
    bytes,
    sha256,
  });
}

function causeOfFailing(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return causeOf(error);
  }
}
