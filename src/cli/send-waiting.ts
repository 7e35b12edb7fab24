import type { Destination } from '../core/consent/destination.js';
import type { Gate } from '../core/consent/gate.js';
import { isInForce } from '../core/consent/look-up.js';
import type { Result } from '../core/deliver/attempt.js';
import { deliver } from '../core/deliver/delivery.js';
import type { Local } from '../core/inspect/local-state.js';
import { dayOfReport, type ReportName } from '../core/report/closed-files.js';
import { systemClock } from '../platform/clock.js';
import type { Home } from '../platform/home.js';
import { NOT_TRIED, unusedProxy } from './failure-words.js';
import { plural } from './format.js';
import { outcomeOf, untriedOutcome } from './outcome-of.js';
import type { Output } from './output.js';
import type { SendLog } from './send-log.js';

/** What sending takes. */
interface Sending {
  readonly local: Local;
  readonly home: Home;
  readonly gate: Gate;
  readonly destination: Destination;
  readonly log: SendLog;
  readonly output: Output;
}

/** Sends all waiting reports, and says of each what became of it. @returns the error that ended it, if there was one */
export async function sendWaiting(sending: Sending, waiting: readonly ReportName[]): Promise<unknown> {
  const { local, home, gate, destination, log, output } = sending;
  announce(destination, waiting, output);
  const left = new Set(waiting);
  const results: Result[] = [];
  const progress = () => {
    const done = waiting.length - left.size;
    if (left.size > 0) output.progress(`Sending ${done + 1} of ${waiting.length}`, done / waiting.length);
  };
  progress();
  const interruption = watchInterruption();
  try {
    const pause = await deliver({
      home,
      gate,
      destination,
      vocabulary: local.vocabulary,
      clock: systemClock,
      signal: interruption.signal,
      background: false,
      lookup: 'system',
      isCurrent: () => isInForce(home, local.env, undefined, destination),
      obeys: 'retry-after',
      onDropped(dropped) {
        for (const { name } of dropped) left.delete(name);
        log.addDropped(dropped);
      },
      onReport(name, result) {
        output.progress('', 1); // erases the progress, which may share a terminal with the next line
        left.delete(name);
        results.push(result);
        log.add(...outcomeOf(sending, name, result));
        progress();
      },
    });
    output.progress('', 1);
    const why = interruption.signal.aborted ? NOT_TRIED.stopped : NOT_TRIED.failed;
    for (const name of left) log.add(...untriedOutcome(sending, name, pause ?? why));
    remarkProxy(local.env, results, output);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    interruption.end();
  }
}

function announce({ host }: Destination, waiting: readonly ReportName[], output: Output): void {
  output.remark(`Sending ${plural(waiting.length, 'report')} to ${host}`);
  const days = new Set(waiting.map(dayOfReport)).size;
  if (days > 1) output.remark(`The ${days} days arrive together. A server sends them hours apart.`);
}

/** On Ctrl-C and SIGTERM, puts back the report that is being sent and gives up its claim. A second one ends at once. */
function watchInterruption(): { readonly signal: AbortSignal; end(): void } {
  const interruption = new AbortController();
  const stop = () => interruption.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return { signal: interruption.signal, end: () => void process.off('SIGINT', stop).off('SIGTERM', stop) };
}

function remarkProxy(env: NodeJS.ProcessEnv, results: readonly Result[], output: Output): void {
  const proxy = results.some(({ obstacle }) => obstacle === 'network') ? unusedProxy(env) : undefined;
  if (proxy === undefined) return;
  output.remark(
    `${proxy} is set, but reports do not go through a proxy. If there is no other way out, see "Behind a company's proxy" in docs/setup.md.`,
  );
}
