import { categorize } from '../core/record/categorize.js';
import type { Outcome } from '../core/record/cells.js';
import { outcomeOf, UNKNOWN_FAILURE } from '../core/tracker/session.js';
import type { Category } from '../schema/vocabulary.js';
import { type InstrumentedServer, isCallable, type PendingCall } from './instrumented-server.js';
import type { Message } from './sdk-types.js';

/** How an answer is counted. `interim`: the call is not over, because the client comes back and calls again. */
export function outcomeOfAnswer(server: InstrumentedServer, call: PendingCall, answer: Message): Outcome | 'interim' {
  const { result, error } = answer;
  if (result?.resultType === 'input_required' || error?.code === URL_ELICITATION_REQUIRED) return 'interim';
  const isFailure = error !== undefined || result?.isError === true;
  if (!isFailure) return outcomeOf(result, call.tool, server.internals.classify);
  return call.thrown ?? refusal(server, call) ?? saidFailure(server, call, answer);
}

/** v1: the tool wants the user to visit a page first. */
const URL_ELICITATION_REQUIRED = -32042;

/**
 * The category of a failure that the SDK itself caused. The transport shows that a call failed, the handler shows why.
 * The SDK refused a call that never reached its handler, or whose handler succeeded. No message is read.
 */
function refusal(server: InstrumentedServer, call: PendingCall): Category | undefined {
  if (call.entered) return call.saidError || call.isTask ? undefined : 'validation'; // of the output
  const callable = isCallable(server, call.tool);
  if (callable === undefined) return undefined;
  return callable ? 'validation' : 'mcp_protocol'; // of the input; unknown or disabled
}

function saidFailure({ internals }: InstrumentedServer, { tool }: PendingCall, { result, error }: Message): Category {
  if (error !== undefined) return categorize(error);
  const outcome = outcomeOf(result, tool, internals.classify);
  return outcome === 'success' ? UNKNOWN_FAILURE : outcome;
}
