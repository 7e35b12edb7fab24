import type { Hint } from '../core/tracker/hint.js';
import { outcomeOf } from '../core/tracker/session.js';
import { guard } from '../platform/guard.js';
import type { Connection, PendingCall, Question } from './instrumented-server.js';
import { appendNotice } from './messages.js';
import { outcomeOfAnswer } from './outcome.js';
import { type Message, type MessageExtra, type RequestId, replaceMethod, type Transport } from './sdk-types.js';
import { endTask, holdTask, noteTask } from './tasks.js';

/**
 * Taps a transport before the server takes it over. So it sees every incoming call and every outgoing answer, including
 * those that never reach a handler. The SDK keeps callbacks that are set before `connect`, and calls them first.
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
    guard(() => cancelAll(connection), 'mcp');
    onclose?.call(this);
  };

  replaceMethod(transport, 'send', function (this: unknown, message: Message, options?: never) {
    const outgoing = guard(() => answer(connection, message), 'mcp') ?? message;
    if (outgoing === message) return send.call(this, message as never, options as never);
    try {
      const sent = send.call(this, outgoing as never, options as never);
      Promise.resolve(sent).catch(giveBack); // only a result that was returned uses up the hint (P9)
      return sent;
    } catch (error) {
      giveBack();
      throw error;
    }
  });
}

function receive(
  { server, session, pending, questions }: Connection,
  transport: Transport,
  message: Message,
  extra: MessageExtra | undefined,
): void {
  const { jsonrpc, id, method, params } = message;
  if (method === 'notifications/cancelled') {
    // Neither SDK answers a canceled request, except that v1 overlooks a falsy id. Its answer to that request counts.
    if (!params?.requestId) return;
    cancel(pending, params.requestId as RequestId);
    questions.delete(params.requestId as RequestId);
    return;
  }
  if (jsonrpc !== '2.0' || (typeof id !== 'string' && typeof id !== 'number')) return;
  if (method !== 'tools/call') {
    const question = questionOf(message);
    if (question !== undefined) questions.set(id, question);
    return;
  }
  const tool = typeof params?.name === 'string' ? params.name : '';
  const call = session.begin(server.nameOf(tool), { chained: isConnection(transport, extra) });
  pending.set(id, { call, tool, entered: false, saidError: false, isTask: false });
}

function questionOf({ method, params }: Message): Question | undefined {
  if (method === 'prompts/get') return { kind: 'prompt', name: params?.name };
  if (method === 'tasks/get' || method === 'tasks/cancel') return { kind: 'task', taskId: params?.taskId };
  return method === 'tasks/result' ? { kind: 'task result', taskId: params?.taskId } : undefined;
}

/**
 * HTTP without a session id serves each request by a server object of its own: it has no sessions to count. Stdio,
 * in-memory and HTTP with a session id are connections.
 */
function isConnection({ sessionId }: Transport, extra: MessageExtra | undefined): boolean {
  const isHttp = extra?.requestInfo !== undefined || extra?.request !== undefined;
  return !isHttp || sessionId !== undefined;
}

/** Reads an outgoing message. Returns the message to send: the same one, or a success with the hint. */
function answer(connection: Connection, message: Message): Message {
  const { method, params, result } = message;
  if (method !== undefined) {
    if (method === TASK_STATUS && params !== undefined) noteTask(connection.tasks, params);
    return message;
  }
  const id = message.id as RequestId;
  const answered = connection.pending.get(id);
  if (answered === undefined) {
    learn(connection, id, message);
    return message;
  }
  connection.pending.delete(id);
  if (result?.task === undefined) return endCall(connection, answered, message);
  holdTask(connection.tasks, result.task, answered.call);
  return message;
}

const TASK_STATUS = 'notifications/tasks/status';

/** The answer to a request of another kind: a prompt was used, or a task has ended. */
function learn({ server, tasks, questions }: Connection, id: RequestId, { result, error }: Message): void {
  const question = questions.get(id);
  if (question === undefined) return;
  questions.delete(id);
  if (error !== undefined || result === undefined) return;
  if (question.kind === 'prompt') server.internals.countIfDeclared(question.name);
  else if (question.kind === 'task') noteTask(tasks, result);
  else endTask(tasks, question.taskId, outcomeOf(result, '', server.internals.classify));
}

function endCall({ server }: Connection, answered: PendingCall, message: Message): Message {
  const { call } = answered;
  const { hint } = server.internals;
  call.stop(); // the time for reading a result is not the tool's
  // A user who has opted in needs no hint. While off, a result is read only for the hint.
  if (!call.isCounted && !hint.isOpen()) return message;
  const outcome = outcomeOfAnswer(server, answered, message);
  if (outcome === 'interim') call.abandon();
  else call.end(outcome);
  return call.isCounted || outcome !== 'success' ? message : withHint(message, hint);
}

/** A client may use this to keep the hint from the model. */
const FOR_PEOPLE = { audience: ['user'] };

/** The hint is a last, separate text block; the result itself stays as it is. */
function withHint(message: Message, { claim }: Hint): Message {
  const result = appendNotice(message.result, claim, FOR_PEOPLE);
  return result === undefined || result === message.result ? message : { ...message, result };
}

/** The connection is closed: its calls are never answered, and the ends of its tasks are not seen. */
function cancelAll({ pending, tasks, questions }: Connection): void {
  for (const id of [...pending.keys()]) cancel(pending, id);
  for (const id of [...tasks.open.keys()]) endTask(tasks, id, 'cancelled');
  questions.clear();
}

function cancel(pending: Connection['pending'], id: RequestId): void {
  pending.get(id)?.call.end('cancelled');
  pending.delete(id);
}
