import { categorise } from '../counters/categorise.js';
import type { Category } from '../schema/vocabulary.js';
import { outcomeOf, UNKNOWN_FAILURE } from '../tracker/session.js';
import type { AnalyticsOptions, Call } from '../tracker/types.js';
import type { Message, RequestId, ToolResult } from './shapes.js';

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

/** Which tools the server has, as far as their registration was seen. */
export interface KnownTools {
  /** Undefined where the adapter came too late to know. */
  isCallable(name: string): boolean | undefined;
}

/**
 * The category of a failed answer. The transport shows that a call failed, the handler why; what never reached a
 * handler was refused by the SDK itself. Never decided by a message.
 */
export function failureOf(pending: Pending, message: Message, tools: KnownTools): Category {
  if (pending.thrown !== undefined) return pending.thrown;
  if (pending.saidError) return UNKNOWN_FAILURE;
  if (pending.entered) return 'validation'; // the handler was content, so its output was not what it had declared
  const callable = tools.isCallable(pending.tool);
  if (callable === false) return 'mcp_protocol'; // unknown or disabled
  if (callable === true) return 'validation'; // the arguments
  return message.error === undefined ? UNKNOWN_FAILURE : categorise(message.error);
}

/** How an answer is counted; undefined where it is not an end yet. */
export function outcomeOfAnswer(
  pending: Pending,
  message: Message,
  tools: KnownTools,
  classify: AnalyticsOptions['classify'],
) {
  const { result } = message;
  if (isInterim(result)) return undefined;
  if (message.error !== undefined || result?.isError === true) return failureOf(pending, message, tools);
  return outcomeOf(result, pending.tool, classify);
}

function isInterim(result: ToolResult | undefined): boolean {
  return result?.resultType === 'input_required';
}

/** Calls under way on one server object, by request id. */
export type PendingCalls = Map<RequestId, Pending>;
