import { types } from 'node:util';
import { categorize } from '../core/record/categorize.js';
import { guard } from '../platform/guard.js';
import type { InstrumentedServer, PendingCall, PendingCalls } from './instrumented-server.js';
import type { Handler, RequestId, ToolResult } from './sdk-types.js';

/**
 * The handler with an observer before and after it: same arity, `this`, arguments, result, promise and error. The SDK
 * decides by the arity which arguments it passes; the last one always has the request's id. Only `apply` is between the
 * host and its handler, and reading a result cannot throw.
 */
export function observe(
  handler: Handler,
  server: Pick<InstrumentedServer, 'pending'>,
  { createsTask = false } = {},
): Handler {
  const observed = function (this: unknown, ...args: unknown[]): unknown {
    const call = guard(() => findCall(server.pending, args));
    if (call === undefined) return handler.apply(this, args);
    call.entered = true;
    call.isTask = createsTask;
    let result: unknown;
    try {
      result = handler.apply(this, args);
    } catch (error) {
      guard(() => {
        call.thrown = categorize(error);
      });
      throw error;
    }
    return guard(() => follow(result, call)) ?? result;
  };
  return Object.defineProperties(observed, {
    length: { value: handler.length, configurable: true },
    name: { value: handler.name, configurable: true },
  });
}

/** The handler is the last argument of every way to register one: a function, or for tasks an object of functions. */
export function observeLast(args: readonly unknown[], server: InstrumentedServer): unknown[] {
  const handler = args.at(-1);
  const others = args.slice(0, -1);
  if (typeof handler === 'function') return [...others, observe(handler as Handler, server)];
  const createTask = (handler as { readonly createTask?: unknown } | null | undefined)?.createTask;
  if (typeof createTask !== 'function') return [...args];
  const observed = { createTask: { value: observe(createTask as Handler, server, { createsTask: true }) } };
  return [...others, Object.create(handler as object, observed)];
}

/** Follows a result that is a promise. Returns a replacement for the SDK, if one is needed. */
function follow(result: unknown, call: PendingCall): unknown {
  const note = (value: unknown) =>
    guard(() => {
      call.saidError = (value as ToolResult | null | undefined)?.isError === true;
    });
  const noteThrown = (error: unknown) =>
    guard(() => {
      call.thrown = categorize(error);
    });
  if (types.isPromise(result)) {
    Promise.prototype.then.call(result, note, noteThrown);
    return undefined;
  }
  if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== 'function') {
    note(result);
    return undefined;
  }
  // A foreign thenable may do its work again each time that `then` is called (query builders do), so it is called once.
  // The SDK awaits either kind.
  const adopted = Promise.resolve(result);
  adopted.then(note, noteThrown);
  return adopted;
}

/** v1 passes `{ requestId }`, v2 `{ mcpReq: { id } }`. */
interface Extra {
  readonly requestId?: RequestId;
  readonly mcpReq?: { readonly id?: RequestId };
}

function findCall(pending: PendingCalls, args: readonly unknown[]): PendingCall | undefined {
  const extra = args.at(-1) as Extra | null | undefined;
  const id = extra?.requestId ?? extra?.mcpReq?.id;
  return id === undefined ? undefined : pending.get(id);
}
