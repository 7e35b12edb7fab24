import { INTERNALS, type Internals } from '../tracker/analytics.js';
import type { Analytics } from '../tracker/types.js';
import type { KnownTools, PendingCalls } from './calls.js';
import { observe } from './handlers.js';
import {
  type Handler,
  type HighLevelServer,
  type InstrumentableServer,
  isHighLevel,
  type LowLevelServer,
  type Transport,
} from './shapes.js';
import { tap } from './tap.js';

const INSTRUMENTED = Symbol.for('dot-ai-analytics.instrumented');

/**
 * Counts the tool calls of an MCP server, of either SDK, high-level or low-level. Call it once per server object,
 * before its tools are registered. Changes nothing that a client or a handler can see, but for the one-time hint.
 *
 * Calling it twice does nothing; calling it after tools were registered still counts every call, but knows less about
 * why one failed. Either says so on stderr.
 *
 * @returns the server
 */
export function instrument<S extends InstrumentableServer>(server: S, analytics: Analytics<string, string>): S {
  const internals = (analytics as { readonly [INTERNALS]?: Internals })[INTERNALS];
  if (internals === undefined)
    return warn(server, 'this is not a tracker made by createAnalytics(); nothing is counted');
  const low: LowLevelServer = isHighLevel(server) ? server.server : server;
  if (INSTRUMENTED in low) return warn(server, 'this server is instrumented already');
  Object.defineProperty(low, INSTRUMENTED, { value: true });
  if (low.transport !== undefined)
    return warn(server, 'this server is connected already; call instrument() before connect(). Nothing is counted');

  const calls: PendingCalls = new Map();
  const session = analytics.session();
  const { connect, setRequestHandler } = low as unknown as Record<'connect' | 'setRequestHandler', Handler>;
  let isRegistering = false;
  const during = <T>(action: () => T): T => {
    isRegistering = true;
    try {
      return action();
    } finally {
      isRegistering = false;
    }
  };
  const tools = isHighLevel(server) ? watchRegistration(server, calls, during) : { isCallable: () => undefined };

  replace(low, 'connect', function (this: unknown, transport, ...rest) {
    tap(transport as Transport, { session, internals, calls, tools });
    return connect.call(this, transport, ...rest);
  });
  replace(low, 'setRequestHandler', function (this: unknown, ...args) {
    // While a tool is registered the SDK may install its own dispatcher, which sees unknown tools too: not a handler.
    return setRequestHandler.apply(this, isRegistering ? args : observeLast(args, calls));
  });
  return server;
}

/** The handler is the last argument of every way to register one. */
function observeLast(args: readonly unknown[], calls: PendingCalls): unknown[] {
  const handler = args.at(-1);
  return typeof handler === 'function' ? [...args.slice(0, -1), observe(handler as Handler, calls)] : [...args];
}

interface Registered {
  readonly enabled?: unknown;
}

/** Wraps `registerTool` and v1's older `tool`, and remembers what they return. */
function watchRegistration(
  server: HighLevelServer,
  calls: PendingCalls,
  during: <T>(action: () => T) => T,
): KnownTools {
  const earlier = (server as { readonly _registeredTools?: object })._registeredTools;
  const isLate = earlier !== undefined && Object.keys(earlier).length > 0;
  if (isLate) warn(server, 'tools were registered before instrument(); the reasons of their failures are not known');
  const registered = new Map<unknown, Registered>();
  for (const method of ['registerTool', 'tool'] as const) {
    const original = (server as unknown as Record<string, Handler | undefined>)[method];
    if (original === undefined) continue;
    replace(server, method, function (this: unknown, ...args) {
      const tool = during(() => original.apply(this, observeLast(args, calls)));
      registered.set(args[0], tool as Registered);
      return tool;
    });
  }
  return {
    isCallable(name) {
      const tool = registered.get(name);
      if (tool !== undefined) return tool.enabled !== false;
      return isLate ? undefined : false;
    },
  };
}

function replace(target: object, method: string, value: Handler): void {
  Object.defineProperty(target, method, { value, writable: true, configurable: true, enumerable: false });
}

function warn<T>(value: T, text: string): T {
  process.stderr.write(`dot-ai-analytics: ${text}\n`);
  return value;
}
