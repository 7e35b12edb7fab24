import { createGate } from '../../core/consent/gate.js';
import { deliver } from '../../core/deliver/delivery.js';
import { listWaiting } from '../../core/deliver/outbox.js';
import { lookAt } from '../../core/inspect/local-state.js';
import { systemClock } from '../../platform/clock.js';
import { requireHome } from '../../platform/home.js';
import type { Run } from '../command.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { decider, plural } from '../format.js';
import type { Output } from '../output.js';

export const run: Run<'send'> = async (_invocation, output) => {
  const { env, consent, resolved, vocabulary } = lookAt();
  const home = requireHome(env);
  if (!consent.enabled)
    return failed(
      output,
      `analytics is off: ${decider(consent)}. Nothing is sent. What decides: dot-ai-analytics status`,
    );
  const waiting = listWaiting(home).length;
  if (waiting === 0) {
    output.data('Nothing is waiting. A day is closed at 01:00 UTC of the next, by the next server that runs.');
    return EXIT.done;
  }
  const { destination, problem } = resolved;
  if (destination === null) {
    return failed(
      output,
      problem ??
        'no destination is known. Set DOT_AI_POSTHOG_HOST and DOT_AI_POSTHOG_KEY, or "analyticsDestination" in config.json',
    );
  }
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
    const until = new Date(pause.askedUntil).toISOString();
    return failed(
      output,
      `${destination.host} answered ${pause.reason} and asked not to be sent anything before ${until}. Reports are kept`,
    );
  }
  const left = listWaiting(home).length;
  if (rejected > 0) {
    return failed(
      output,
      `${plural(rejected, 'report')} will not be taken, nor sent again. A copy is kept: dot-ai-analytics sent`,
    );
  }
  if (left === 0) return EXIT.done;
  return failed(output, `${plural(left, 'report')} could not be delivered and ${left === 1 ? 'is' : 'are'} kept`);
};

function failed(output: Output, why: string): ExitCode {
  output.remark(`Error: ${why}.`);
  return EXIT.failed;
}
