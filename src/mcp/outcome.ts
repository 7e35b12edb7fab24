import { categorize } from '../core/record/categorize.js';
import type { Outcome } from '../core/record/cells.js';
import type { AnalyticsOptions, Call } from '../core/tracker/options.js';
import { outcomeOf, UNKNOWN_FAILURE } from '../core/tracker/session.js';
import type { Category } from '../schema/vocabulary.js';
import type { Message, RequestId, ToolResult } from './sdk-types.js';

/** A tools/call that is not answered yet, and what its handler let us see of it. */
export interface Pending {
  readonly call: Call;
  readonly tool: string;
  /** The handler was reached: name and arguments were accepted. */
  entered: boolean;
  /** What the handler threw, as a category; the SDK turns it into a text. */
  thrown?: Category;
  /** The handler itself answered with `isError`. */
  saidError: boolean;
}

/** Calls under way on one connection, by request id. */
export type PendingCalls = Map<RequestId, Pending>;

/** Which tools the server has, as far as their registration was seen. */
export interface KnownTools {
  /** Undefined where the adapter can't know. */
  isCallable(name: string): boolean | undefined;
}

/** How an answer is counted. `interim`: it is none, the client will come back and call again. */
export function outcomeOfAnswer(
  pending: Pending,
  { result, error }: Message,
  tools: KnownTools,
  classify: AnalyticsOptions['classify'],
): Outcome | 'interim' {
  if (result?.resultType === 'input_required' || error?.code === URL_ELICITATION_REQUIRED) return 'interim';
  const isFailure = error !== undefined || result?.isError === true;
  if (!isFailure) return outcomeOf(result, pending.tool, classify);
  return pending.thrown ?? refusal(pending, tools) ?? saidFailure(pending, result, error, classify);
}

/** v1: the tool wants the user to visit a page first. */
const URL_ELICITATION_REQUIRED = -32042;

/**
 * A failure of the SDK's own making. The transport shows that a call failed, the handler why; what never reached its
 * handler, and what its handler was content with, was refused by the SDK. Never decided by a message.
 */
function refusal(pending: Pending, tools: KnownTools): Category | undefined {
  if (pending.entered) return pending.saidError ? undefined : 'validation'; // of the output
  const callable = tools.isCallable(pending.tool);
  if (callable === undefined) return undefined;
  return callable ? 'validation' : 'mcp_protocol'; // of the input; unknown or disabled
}

function saidFailure(
  { tool }: Pending,
  result: ToolResult | undefined,
  error: Message['error'],
  classify: AnalyticsOptions['classify'],
): Category {
  if (error !== undefined) return categorize(error);
  const outcome = outcomeOf(result, tool, classify);
  return outcome === 'success' ? UNKNOWN_FAILURE : outcome;
}
