import { categorise } from '../counters/categorise.js';
import type { Pending, PendingCalls } from './calls.js';
import type { Handler, RequestId, ToolResult } from './shapes.js';

/**
 * The handler with an observer before and after: same arity, `this`, arguments, result object, promise and error. The
 * SDK chooses by arity what it passes, and hands the request's id in the last argument, whichever that is.
 */
export function observe(handler: Handler, calls: PendingCalls): Handler {
  const observed = function (this: unknown, ...args: unknown[]): unknown {
    const pending = findPending(calls, args);
    if (pending === undefined) return handler.apply(this, args);
    pending.entered = true;
    try {
      const result = handler.apply(this, args);
      if (result instanceof Promise)
        result.then(
          (value) => note(pending, value),
          (error) => noteThrown(pending, error),
        );
      else note(pending, result);
      return result;
    } catch (error) {
      noteThrown(pending, error);
      throw error;
    }
  };
  return Object.defineProperties(observed, {
    length: { value: handler.length, configurable: true },
    name: { value: handler.name, configurable: true },
  });
}

function note(pending: Pending, result: unknown): void {
  pending.saidError = (result as ToolResult | undefined)?.isError === true;
}

function noteThrown(pending: Pending, error: unknown): void {
  pending.thrown = categorise(error);
}

/** v1 passes `{ requestId }`, v2 `{ mcpReq: { id } }`. */
interface Extra {
  readonly requestId?: RequestId;
  readonly mcpReq?: { readonly id?: RequestId };
}

function findPending(calls: PendingCalls, args: readonly unknown[]): Pending | undefined {
  const extra = args.at(-1) as Extra | undefined;
  const id = extra?.requestId ?? extra?.mcpReq?.id;
  return id === undefined ? undefined : calls.get(id);
}
