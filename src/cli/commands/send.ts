import { createGate } from '../../core/consent/gate.js';
import { pinRecipient } from '../../core/deliver/pin.js';
import { prepareOutbox } from '../../core/deliver/prepare.js';
import { listUnsent } from '../../core/deliver/report-files.js';
import { type Local, lookAt } from '../../core/inspect/local-state.js';
import { systemClock } from '../../platform/clock.js';
import * as CLI_ERRORS from '../../platform/error-table/cli.js';
import { AnalyticsError } from '../../platform/errors.js';
import { guard } from '../../platform/guard.js';
import { type Home, requireHome } from '../../platform/home.js';
import type { Run } from '../command.js';
import { EXIT } from '../exit-code.js';
import { decider } from '../format.js';
import type { Output } from '../output.js';
import { createSendLog, type SendLog, shortfall } from '../send-log.js';
import { keptOutcome } from '../send-outcome.js';
import { sendWaiting } from '../send-waiting.js';

export const run: Run<'send'> = async ({ options }, output) => {
  const local = lookAt();
  const home = requireHome(local.env);
  const isJson = options.json === true;
  const log = createSendLog(output, isJson);
  const problem = await sendAll(local, home, log, isJson ? { ...output, data() {}, remark() {} } : output);
  const { destination } = local.resolved;
  if (isJson)
    output.json({
      version: 1,
      enabled: local.consent.enabled,
      destination: destination && { host: destination.host },
      reports: log.outcomes,
    });
  if (problem !== undefined) throw problem;
  return EXIT.done;
};

/** @returns why it did not do what was asked */
async function sendAll(local: Local, home: Home, log: SendLog, output: Output): Promise<unknown> {
  const { consent, env, resolved } = local;
  if (!consent.enabled) return new AnalyticsError(CLI_ERRORS.analyticsOff, { decider: decider(consent) });
  const gate = createGate(env, home);
  log.addDropped(prepareOutbox(home, gate, systemClock()));
  const waiting = listUnsent(home);
  if (waiting.length + log.outcomes.length === 0) {
    output.data('Nothing is waiting. A day is closed at 01:00 UTC of the next, by the next server that runs.');
    return undefined;
  }
  const { destination, problem } = resolved;
  if (waiting.length > 0 && destination === null) {
    const reason = problem ?? 'no destination is known';
    for (const name of waiting) log.add(keptOutcome(name, { reason, remedy: null }));
    if (problem !== undefined) return new AnalyticsError(CLI_ERRORS.invalidDestination, { problem });
    return new AnalyticsError(CLI_ERRORS.noDestination);
  }
  if (waiting.length > 0 && destination !== null) {
    // Where it cannot be written, sending says so of each report.
    if (guard(() => pinRecipient(home, gate, resolved)) === false)
      return new AnalyticsError(CLI_ERRORS.invalidDestination, { problem: FASTER });
    const failure = await sendWaiting({ local, home, gate, destination, log, output }, waiting);
    if (failure !== undefined) return failure;
  }
  const summary = shortfall(log.outcomes);
  return summary === undefined ? undefined : new AnalyticsError(CLI_ERRORS.notDelivered, { summary });
}

const FASTER = 'a server has just begun to send to another recipient. What is in force: dot-ai-analytics status';
