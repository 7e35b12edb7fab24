import type { Hint } from '../core/tracker/hint.js';
import { guard } from '../platform/guard.js';
import type { Connection, PendingCalls } from './instrumented-server.js';
import { withNotice } from './messages.js';
import { outcomeOfAnswer } from './outcome.js';
import { type Message, type MessageExtra, type RequestId, replaceMethod, type Transport } from './sdk-types.js';

/**
 * Listens to a transport before the server takes it over, and so sees every call that comes in and every answer that
 * goes out, also those that never reach a handler. The SDK keeps callbacks that are set before `connect` and calls them
 * first.
 */
export function listenTo(transport: Transport, connection: Connection): void {
  const { onmessage, onclose, send } = transport;
  const { hint } = connection.server.internals;
  const giveBack = () => guard(() => hint.giveBack(), 'hint');

  transport.onmessage = function (this: unknown, message: never, extra?: never) {
    guard(() => receive(connection, transport, message, extra), 'mcp');
    onmessage?.call(this, message, extra as never);
  };

  transport.onclose = function (this: unknown) {
    guard(() => cancelAll(connection.pending), 'mcp');
    onclose?.call(this);
  };

  replaceMethod(transport, 'send', function (this: unknown, message: Message, options?: never) {
    const outgoing = guard(() => answer(connection, message), 'mcp') ?? message;
    if (outgoing === message) return send.call(this, message as never, options as never);
    try {
      const sent = send.call(this, outgoing as never, options as never);
      Promise.resolve(sent).catch(giveBack); // used up only by a result that was returned (P9)
      return sent;
    } catch (error) {
      giveBack();
      throw error;
    }
  });
}

function receive(
  { server, session, pending }: Connection,
  transport: Transport,
  message: Message,
  extra: MessageExtra | undefined,
): void {
  const { jsonrpc, id, method, params } = message;
  if (method === 'notifications/cancelled') {
    // Neither SDK answers a cancelled request. v1 overlooks a falsy id and answers after all; that answer counts.
    if (params?.requestId) cancel(pending, params.requestId as RequestId);
    return;
  }
  if (method !== 'tools/call' || jsonrpc !== '2.0' || (typeof id !== 'string' && typeof id !== 'number')) return;
  const tool = typeof params?.name === 'string' ? params.name : '';
  const call = session.begin(server.nameOf(tool), { chained: isConnection(transport, extra) });
  pending.set(id, { call, tool, entered: false, saidError: false });
}

/**
 * HTTP without a session id serves each request by a server object of its own: it has no sessions to count. Stdio,
 * in-memory and HTTP with a session id are connections.
 */
function isConnection({ sessionId }: Transport, extra: MessageExtra | undefined): boolean {
  const isHttp = extra?.requestInfo !== undefined || extra?.request !== undefined;
  return !isHttp || sessionId !== undefined;
}

/** Counts the answer of a call. Returns what is sent: the same message, or a success with the hint. */
function answer({ server, pending }: Connection, message: Message): Message {
  const id = message.id as RequestId;
  const answered = message.method === undefined ? pending.get(id) : undefined;
  if (answered === undefined) return message;
  pending.delete(id);
  const { call } = answered;
  const { hint } = server.internals;
  call.stop(); // reading a result takes time that is not the tool's
  // A user who has opted in needs no hint. While off, a result is read only for the hint.
  if (!call.isCounted && !hint.isOpen()) return message;
  const outcome = outcomeOfAnswer(server, answered, message);
  if (outcome === 'interim') call.abandon();
  else call.end(outcome);
  return call.isCounted || outcome !== 'success' ? message : withHint(message, hint);
}

/** The hint is a last, separate text block; the result itself stays as it is. */
function withHint(message: Message, { claim }: Hint): Message {
  const result = withNotice(message.result, claim);
  return result === undefined || result === message.result ? message : { ...message, result };
}

/** The connection is closed: these calls are never answered. */
function cancelAll(pending: PendingCalls): void {
  for (const id of [...pending.keys()]) cancel(pending, id);
}

function cancel(pending: PendingCalls, id: RequestId): void {
  pending.get(id)?.call.end('cancelled');
  pending.delete(id);
}
