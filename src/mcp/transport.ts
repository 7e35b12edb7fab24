import type { Internals } from '../core/tracker/analytics.js';
import type { Session } from '../core/tracker/options.js';
import { guard } from '../platform/guard.js';
import { withNotice } from './messages.js';
import { type KnownTools, outcomeOfAnswer, type PendingCalls } from './outcome.js';
import { type Message, type MessageExtra, type RequestId, replaceMethod, type Transport } from './sdk-types.js';

/** One connection of an instrumented server. */
export interface Connection {
  readonly session: Session;
  readonly internals: Internals;
  readonly calls: PendingCalls;
  readonly tools: KnownTools;
  /** The declared name of a tool, by the one that clients call it. */
  readonly nameOf: (tool: string) => string;
}

/**
 * Listens on a transport before the server takes it over: every call is seen coming in, every answer going out, also
 * those that never reach a handler. The SDK keeps callbacks that are set before `connect` and calls them first.
 */
export function tap(transport: Transport, connection: Connection): void {
  const { calls, internals } = connection;
  const { onmessage, onclose, send } = transport;

  transport.onmessage = function (this: unknown, message: never, extra?: never) {
    guard(() => receive(connection, transport, message, extra), 'mcp');
    onmessage?.call(this, message, extra as never);
  };

  transport.onclose = function (this: unknown) {
    guard(() => {
      for (const id of [...calls.keys()]) cancel(calls, id); // never answered
    }, 'mcp');
    onclose?.call(this);
  };

  replaceMethod(transport, 'send', function (this: unknown, message: Message, options?: never) {
    let outgoing = message;
    guard(() => {
      if (answer(connection, message)) outgoing = withHint(message, internals);
    }, 'mcp');
    if (outgoing === message) return send.call(this, message as never, options as never);
    try {
      const sent = send.call(this, outgoing as never, options as never);
      Promise.resolve(sent).catch(internals.hint.giveBack); // used up only by a result that was returned (P9)
      return sent;
    } catch (error) {
      internals.hint.giveBack();
      throw error;
    }
  });
}

function receive(
  { session, calls, nameOf }: Connection,
  transport: Transport,
  message: Message,
  extra: MessageExtra | undefined,
): void {
  const { jsonrpc, id, method, params } = message;
  if (method === 'notifications/cancelled') {
    // Neither SDK answers a cancelled request any more. v1 overlooks a falsy id; what then is answered counts as that.
    if (params?.requestId) cancel(calls, params.requestId as RequestId);
    return;
  }
  if (method !== 'tools/call' || jsonrpc !== '2.0' || (typeof id !== 'string' && typeof id !== 'number')) return;
  const tool = typeof params?.name === 'string' ? params.name : '';
  const call = session.begin(nameOf(tool), { chained: isConnection(transport, extra) });
  calls.set(id, { call, tool, entered: false, saidError: false });
}

/**
 * HTTP without a session id serves each request by a server object of its own: there is no session to tell of. Stdio,
 * in-memory and HTTP with a session id are connections.
 */
function isConnection({ sessionId }: Transport, extra: MessageExtra | undefined): boolean {
  const isHttp = extra?.requestInfo !== undefined || extra?.request !== undefined;
  return !isHttp || sessionId !== undefined;
}

/** Counts the answer of a call. True where it is a success, and the hint may go with it. */
function answer({ calls, tools, internals }: Connection, message: Message): boolean {
  const id = message.id as RequestId;
  const pending = message.method === undefined ? calls.get(id) : undefined;
  if (pending === undefined) return false;
  calls.delete(id);
  const { call } = pending;
  // Reading a result takes time that is not the tool's, and while off nobody needs to know it.
  call.stop();
  if (!call.isCounted && !internals.hint.isOpen()) return false;
  const outcome = outcomeOfAnswer(pending, message, tools, internals.classify);
  if (outcome === 'interim') call.abandon();
  else call.end(outcome);
  return outcome === 'success';
}

function cancel(calls: PendingCalls, id: RequestId): void {
  calls.get(id)?.call.end('cancelled');
  calls.delete(id);
}

/** A last, separate text block; the original result stays as it is. */
function withHint(message: Message, { hint }: Internals): Message {
  const result = withNotice(message.result, hint.claim);
  return result === undefined || result === message.result ? message : { ...message, result };
}
