import { types } from 'node:util';
import { categorize } from '../core/record/categorize.js';
import { guard } from '../platform/guard.js';
import type { Pending, PendingCalls } from './outcome.js';
import type { Handler, RequestId, ToolResult } from './sdk-types.js';

/**
 * The handler with an observer before and after: same arity, `this`, arguments, result, promise and error. The SDK
 * chooses by arity what it passes, and hands the request's id in the last argument, whichever that is. Nothing of ours
 * stands between the host and its handler but `apply`, and what we read of a result can't throw.
 */
export function observe(handler: Handler, calls: () => PendingCalls): Handler {
  const observed = function (this: unknown, ...args: unknown[]): unknown {
    const pending = guard(() => findPending(calls(), args));
    if (pending === undefined) return handler.apply(this, args);
    pending.entered = true;
    let result: unknown;
    try {
      result = handler.apply(this, args);
    } catch (error) {
      pending.thrown = categorize(error);
      throw error;
    }
    return guard(() => follow(result, pending)) ?? result;
  };
  return Object.defineProperties(observed, {
    length: { value: handler.length, configurable: true },
    name: { value: handler.name, configurable: true },
  });
}

/** Sees the end of a result that is a promise. Returns what the SDK gets in its place, if anything. */
function follow(result: unknown, pending: Pending): unknown {
  const note = (value: unknown) => {
    pending.saidError = guard(() => (value as ToolResult | null | undefined)?.isError) === true;
  };
  const noteThrown = (error: unknown) => {
    pending.thrown = categorize(error);
  };
  if (types.isPromise(result)) {
    Promise.prototype.then.call(result, note, noteThrown);
    return undefined;
  }
  if (typeof (result as PromiseLike<unknown> | null | undefined)?.then !== 'function') {
    note(result);
    return undefined;
  }
  // A foreign thenable may do its work again each time it is asked (query builders do), so it is asked once; the SDK
  // awaits either.
  const adopted = Promise.resolve(result);
  adopted.then(note, noteThrown);
  return adopted;
}

/** v1 passes `{ requestId }`, v2 `{ mcpReq: { id } }`. */
interface Extra {
  readonly requestId?: RequestId;
  readonly mcpReq?: { readonly id?: RequestId };
}

function findPending(calls: PendingCalls, args: readonly unknown[]): Pending | undefined {
  const extra = args.at(-1) as Extra | null | undefined;
  const id = extra?.requestId ?? extra?.mcpReq?.id;
  return id === undefined ? undefined : calls.get(id);
}
