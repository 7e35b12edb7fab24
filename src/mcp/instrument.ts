import { INTERNALS, type Internals } from '../core/tracker/analytics.js';
import type { Analytics } from '../core/tracker/options.js';
import { causeOf } from '../platform/errors.js';
import { guard } from '../platform/guard.js';
import type { PendingCalls } from './outcome.js';
import { hasTools, observeLast, watchRegistration } from './registration.js';
import {
  type Handler,
  type InstrumentableServer,
  isHighLevel,
  type LowLevelServer,
  replaceMethod,
  type Transport,
} from './sdk-types.js';
import { type Connection, tap } from './transport.js';

const INSTRUMENTED = Symbol.for('dot-ai-analytics.instrumented');

export interface InstrumentOptions {
  /**
   * The declared name of a tool, by the one that clients call it, for names that can't be declared as they are:
   * `(tool) => tool.replaceAll('-', '_')`. What it gives is folded to the vocabulary; if it throws the call is not counted.
   */
  readonly nameOf?: (tool: string) => string;
}

/**
 * Counts the tool calls of an MCP server, of either SDK, high-level or low-level. Call it once per server object,
 * before its tools are registered. Changes nothing that a client or a handler can see, but for the one-time hint.
 *
 * Calling it twice does nothing; calling it after tools were registered still counts every call, but knows less about
 * why one failed; calling it after `connect` counts nothing. Each says so on stderr, once. Never throws.
 *
 * @returns the server
 */
export function instrument<S extends InstrumentableServer>(
  server: S,
  analytics: Analytics<string, string>,
  { nameOf = (tool) => tool }: InstrumentOptions = {},
): S {
  const internals = (analytics as { readonly [INTERNALS]?: Internals })[INTERNALS];
  const low: LowLevelServer = isHighLevel(server) ? server.server : server;
  if (internals === undefined) warn(undefined, 'this is not a tracker made by createAnalytics(); nothing is counted');
  else if (INSTRUMENTED in low) warn(internals, 'this server is instrumented already');
  else if (low.transport !== undefined) warn(internals, 'instrument() was called after connect(); nothing is counted');
  else {
    if (hasTools(server))
      warn(internals, 'tools were registered before instrument(); why their calls fail is not known');
    try {
      Object.defineProperty(low, INSTRUMENTED, { value: true });
      listen(server, low, () => ({ session: analytics.session(), internals, nameOf }));
    } catch (error) {
      warn(internals, `this server can't be instrumented (${causeOf(error)}); nothing is counted`);
    }
  }
  return server;
}

function listen(
  server: InstrumentableServer,
  low: LowLevelServer,
  connection: () => Pick<Connection, 'session' | 'internals' | 'nameOf'>,
): void {
  /** Of the current connection; each has its own, so that closing one can't touch another's. */
  let calls: PendingCalls = new Map();
  let isRegistering = false;
  const during = <T>(action: () => T): T => {
    isRegistering = true;
    try {
      return action();
    } finally {
      isRegistering = false;
    }
  };
  const tools = isHighLevel(server) ? watchRegistration(server, () => calls, during) : { isCallable: () => undefined };
  const { connect, setRequestHandler } = low as unknown as Record<'connect' | 'setRequestHandler', Handler>;

  replaceMethod(low, 'connect', function (this: unknown, transport: Transport, ...rest: unknown[]) {
    if (low.transport === undefined) {
      calls = new Map();
      guard(() => tap(transport, { ...connection(), calls, tools }), 'mcp');
    }
    return connect.call(this, transport, ...rest);
  });

  replaceMethod(low, 'setRequestHandler', function (this: unknown, ...args: unknown[]) {
    // While a tool is registered the SDK may install its own dispatcher, which sees unknown tools too: not a handler.
    return setRequestHandler.apply(this, isRegistering ? args : observeLast(args, () => calls));
  });
}

/** `emitWarning` survives a closed stderr, and the host may listen to it. Once per tracker, not once per server object. */
function warn(internals: Internals | undefined, text: string): void {
  if (internals?.warned.has(text)) return;
  internals?.warned.add(text);
  process.emitWarning(text, { type: 'dot-ai-analytics' });
}
