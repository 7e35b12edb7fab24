import type { Hint } from '../notice/hint.js';
import { debug } from '../platform/debug.js';
import { causeOf } from '../platform/errors.js';
import type { Internals } from '../tracker/analytics.js';
import type { Session } from '../tracker/types.js';
import { type KnownTools, outcomeOfAnswer, type PendingCalls } from './calls.js';
import type { Message, RequestId, Transport } from './shapes.js';

export interface Tap {
  readonly session: Session;
  readonly internals: Internals;
  readonly calls: PendingCalls;
  readonly tools: KnownTools;
}

/**
 * Listens on a transport before the server takes it over: every call is seen coming in, every answer going out, also
 * those that never reach a handler. The SDK keeps callbacks that are set before `connect` and calls them first.
 */
export function tap(transport: Transport, { session, internals, calls, tools }: Tap): void {
  let requests = 0;
  const { onmessage, onclose, send } = transport;

  transport.onmessage = function (this: unknown, message: never, extra?: never) {
    quietly(() => receive(message));
    onmessage?.call(this, message, extra as never);
  };

  transport.onclose = function (this: unknown) {
    quietly(() => {
      for (const id of [...calls.keys()]) cancel(id); // never answered
    });
    onclose?.call(this);
  };

  transport.send = function (this: unknown, message: Message, options?: never) {
    let outgoing = message;
    let hint: Hint | undefined;
    quietly(() => {
      if (!answer(message)) return;
      outgoing = withHint(message, internals.hint);
      if (outgoing !== message) hint = internals.hint;
    });
    const sent = send.call(this, outgoing as never, options as never);
    if (hint !== undefined) Promise.resolve(sent).catch(hint.giveBack); // used up only by a result that was returned
    return sent;
  } as Transport['send'];

  function receive({ id, method, params }: Message): void {
    if (method === 'notifications/cancelled' && params?.requestId) cancel(params.requestId);
    if (method === undefined || id === undefined) return;
    requests += 1;
    if (method !== 'tools/call') return;
    const tool = typeof params?.name === 'string' ? params.name : '';
    // A server object that is made for one request sees nothing but that request: there is no session to tell of.
    const call = session.begin(tool as never, { chained: requests > 1 });
    calls.set(id, { call, tool, entered: false, saidError: false });
  }

  /** Counts the answer of a call. True where it is the final, successful end of one. */
  function answer(message: Message): boolean {
    if (message.id === undefined || message.method !== undefined) return false;
    const pending = calls.get(message.id);
    if (pending === undefined) return false;
    calls.delete(message.id);
    const outcome = outcomeOfAnswer(pending, message, tools, internals.classify);
    if (outcome !== undefined) pending.call.end(outcome);
    return outcome === 'success';
  }

  function cancel(id: RequestId): void {
    calls.get(id)?.call.end('cancelled');
    calls.delete(id);
  }
}

/** A last, separate text block; the original result stays as it is. */
function withHint(message: Message, hint: Hint): Message {
  const { result } = message;
  if (!Array.isArray(result?.content) || result.structuredContent !== undefined || result.task !== undefined)
    return message;
  const text = hint.claim();
  return text === undefined
    ? message
    : { ...message, result: { ...result, content: [...result.content, { type: 'text', text }] } };
}

function quietly(action: () => void): void {
  try {
    action();
  } catch (error) {
    debug('mcp: %s', causeOf(error)); // P6
  }
}
