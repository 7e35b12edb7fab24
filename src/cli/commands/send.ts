import { createGate } from '../../core/consent/gate.js';
import { deliver } from '../../core/deliver/delivery.js';
import { listWaiting } from '../../core/deliver/outbox.js';
import { lookAt } from '../../core/inspect/local-state.js';
import { systemClock } from '../../platform/clock.js';
import { CLI_ERRORS } from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import { requireHome } from '../../platform/home.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import { decider, plural } from '../format.js';

export const run: Run<'send'> = async (_invocation, output) => {
  const { env, consent, resolved, vocabulary } = lookAt();
  const home = requireHome(env);
  if (!consent.enabled) throw new AnalyticsError(CLI_ERRORS.analyticsOff, { decider: decider(consent) });
  const waiting = listWaiting(home).length;
  if (waiting === 0) {
    output.data('Nothing is waiting. A day is closed at 01:00 UTC of the next, by the next server that runs.');
    return EXIT.done;
  }
  const { destination, problem } = resolved;
  if (problem !== undefined) throw new AnalyticsError(CLI_ERRORS.invalidDestination, { problem });
  if (destination === null) throw new AnalyticsError(CLI_ERRORS.noDestination);
  output.remark(`Sending ${plural(waiting, 'report')} to ${destination.host}`);
  let done = 0;
  let rejected = 0;
  const progress = () => output.progress(`Sending ${done + 1} of ${waiting}`, done / waiting);
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
    ignoreBackOff: true,
    onReport(name, { verdict, reason }) {
      output.progress('', 1); // its line makes way for this one
      output.line(`${name}  ${verdict} (${reason})`);
      done += 1;
      if (verdict === 'rejected') rejected += 1;
      if (done < waiting) progress();
    },
  });
  output.progress('', 1);
  if (pause !== undefined) {
    const { host } = destination;
    const time = new Date(pause.askedUntil).toISOString();
    throw new AnalyticsError(CLI_ERRORS.destinationBusy, { host, status: pause.reason, time });
  }
  const left = listWaiting(home).length;
  if (rejected > 0) throw new AnalyticsError(CLI_ERRORS.rejected, { reports: plural(rejected, 'report') });
  if (left > 0) throw new AnalyticsError(CLI_ERRORS.notDelivered, { reports: plural(left, 'report') });
  return EXIT.done;
};
