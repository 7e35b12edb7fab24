import type { Destination } from '../../core/consent/destination.js';
import { createGate } from '../../core/consent/gate.js';
import { deliver } from '../../core/deliver/delivery.js';
import { listWaiting } from '../../core/deliver/outbox.js';
import type { NextAttempt } from '../../core/deliver/pace.js';
import { type Local, lookAt } from '../../core/inspect/local-state.js';
import { systemClock } from '../../platform/clock.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import { type Home, requireHome } from '../../platform/home.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import { decider, plural } from '../format.js';
import type { Output } from '../output.js';

export const run: Run<'send'> = async (_invocation, output) => {
  const local = lookAt();
  const home = requireHome(local.env);
  const { enabled } = local.consent;
  if (!enabled) throw new AnalyticsError(CLI_ERRORS.analyticsOff, { decider: decider(local.consent) });
  if (listWaiting(home).length === 0) {
    output.data('Nothing is waiting. A day is closed at 01:00 UTC of the next, by the next server that runs.');
    return EXIT.done;
  }
  const { destination, problem } = local.resolved;
  if (problem !== undefined) throw new AnalyticsError(CLI_ERRORS.invalidDestination, { problem });
  if (destination === null) throw new AnalyticsError(CLI_ERRORS.noDestination);
  const { pause, rejected } = await sendWaiting(local, home, destination, output);
  if (pause !== undefined) throw busy(destination, pause);
  const left = listWaiting(home).length;
  if (rejected > 0) throw new AnalyticsError(CLI_ERRORS.rejected, { reports: plural(rejected, 'report') });
  if (left > 0) throw new AnalyticsError(CLI_ERRORS.notDelivered, { reports: plural(left, 'report') });
  return EXIT.done;
};

/** Sends all waiting reports, and shows the progress and each result. */
async function sendWaiting(
  { env, vocabulary }: Local,
  home: Home,
  destination: Destination,
  output: Output,
): Promise<{ readonly pause: NextAttempt | undefined; readonly rejected: number }> {
  const waiting = listWaiting(home).length;
  let done = 0;
  let rejected = 0;
  const progress = () => output.progress(`Sending ${done + 1} of ${waiting}`, done / waiting);
  output.remark(`Sending ${plural(waiting, 'report')} to ${destination.host}`);
  progress();
  const pause = await deliver({
    home,
    gate: createGate(env, home),
    destination,
    vocabulary,
    clock: systemClock,
    signal: new AbortController().signal,
    background: false,
    lookup: 'system',
    obeys: 'retry-after',
    onReport(name, { verdict, reason }) {
      output.progress('', 1); // erases the progress, which may share a terminal with the next line
      output.line(`${name}  ${verdict} (${reason})`);
      done += 1;
      if (verdict === 'rejected') rejected += 1;
      if (done < waiting) progress();
    },
  });
  output.progress('', 1);
  return { pause, rejected };
}

function busy({ host }: Destination, { reason, askedUntil }: NextAttempt): AnalyticsError {
  const time = new Date(askedUntil).toISOString();
  return new AnalyticsError(CLI_ERRORS.destinationBusy, { host, status: reason, time });
}
