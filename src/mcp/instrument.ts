import { INTERNALS, type Internals } from '../core/tracker/analytics.js';
import type { Analytics } from '../core/tracker/options.js';
import { causeOf } from '../platform/errors.js';
import { guard } from '../platform/guard.js';
import { observeLast } from './handlers.js';
import type { InstrumentedServer } from './instrumented-server.js';
import { hasTools, watchRegistration } from './registration.js';
import {
  type Handler,
  type InstrumentableServer,
  isHighLevel,
  isServer,
  type LowLevelServer,
  replaceMethod,
  type Transport,
} from './sdk-types.js';
import { createTasks } from './tasks.js';
import { listenTo } from './transport.js';

const INSTRUMENTED = Symbol.for('dot-ai-analytics.instrumented');

export interface InstrumentOptions {
  /**
   * Maps the name that clients call to the declared name, for names that cannot be declared as they are:
   * `(tool) => tool.replaceAll('-', '_')`. A name that is not declared counts as `other`. If it throws, the call is
   * answered and not counted.
   */
  readonly nameOf?: (tool: string) => string;
}

/**
 * Counts the tool calls of an MCP server, of either SDK, high-level or low-level. Call it once for each server object,
 * before its tools are registered. It changes nothing that a client or a handler can see, except for the one-time hint.
 *
 * Calling it twice does nothing. Calling it after tools were registered still counts every call, but knows less about
 * why a call failed. Calling it after `connect`, or with an object that is not a server of either SDK (a framework's
 * own object), counts nothing. In each case a warning on stderr says so, once. Never throws.
 *
 * @returns the server
 */
export function instrument<S extends InstrumentableServer>(
  server: S,
  analytics: Analytics<string, string>,
  options: InstrumentOptions = {},
): S {
  guard(() => attach(server, analytics, options), 'mcp');
  return server;
}

function attach(
  server: InstrumentableServer,
  analytics: Analytics<string, string>,
  { nameOf = (tool) => tool }: InstrumentOptions,
): void {
  // In JavaScript it can be undefined: a circular require has not come to its end.
  const internals = (analytics as { readonly [INTERNALS]?: Internals } | null | undefined)?.[INTERNALS];
  const low: LowLevelServer | undefined = isHighLevel(server) ? server.server : server;
  const obstacle = isServer(low) ? obstacleOf(low, internals) : NO_SERVER;
  if (internals === undefined || obstacle !== undefined) {
    warn(internals, `${obstacle}`);
    return;
  }
  const isLate = hasTools(server);
  if (isLate) warn(internals, 'tools were registered before instrument(); why their calls fail is not known');
  const knowsAllTools = isHighLevel(server) && !isLate;
  try {
    Object.defineProperty(low, INSTRUMENTED, { value: true });
    const state = { pending: new Map(), tools: new Map(), isRegistering: false };
    watch(server, low, { analytics, internals, nameOf, knowsAllTools, ...state });
  } catch (error) {
    warn(internals, `this server cannot be instrumented (${causeOf(error)}); nothing is counted`);
  }
}

const NO_SERVER =
  'this is not a server of either MCP SDK, so nothing is counted; docs/frameworks.md has a way for each framework';

/** Why the server cannot be instrumented, or need not be. */
function obstacleOf(low: LowLevelServer, internals: Internals | undefined): string | undefined {
  if (internals === undefined) return 'this is not a tracker made by createAnalytics(); nothing is counted';
  if (INSTRUMENTED in low) return 'this server is instrumented already';
  if (low.transport !== undefined) return 'instrument() was called after connect(); nothing is counted';
  return undefined;
}

/** From now on, handlers are observed and transports are tapped. */
function watch(host: InstrumentableServer, low: LowLevelServer, server: InstrumentedServer): void {
  if (isHighLevel(host)) watchRegistration(host, server);
  const { connect, setRequestHandler } = low as unknown as Record<'connect' | 'setRequestHandler', Handler>;

  replaceMethod(low, 'connect', function (this: unknown, transport: Transport, ...rest: unknown[]) {
    // The SDK refuses a second connection. A transport that cannot be tapped is not counted (P6).
    guard(() => low.transport === undefined && openConnection(server, transport), 'mcp');
    return connect.call(this, transport, ...rest);
  });

  replaceMethod(low, 'setRequestHandler', function (this: unknown, ...args: unknown[]) {
    // While a tool is registered, the SDK may install its own dispatcher. It is not a handler: it gets unknown tools
    // too.
    const observed = server.isRegistering ? args : guard(() => observeLast(args, server), 'mcp');
    return setRequestHandler.apply(this, observed ?? args);
  });
}

/** The handlers find their calls in this connection from now on. */
function openConnection(server: InstrumentedServer, transport: Transport): void {
  server.pending = new Map();
  const { analytics, pending } = server;
  listenTo(transport, { server, session: analytics.session(), pending, tasks: createTasks(), questions: new Map() });
}

/** Once per tracker, not per server object. `emitWarning` survives a closed stderr, and the host can listen to it. */
function warn(internals: Internals | undefined, text: string): void {
  if (internals?.warned.has(text)) return;
  internals?.warned.add(text);
  process.emitWarning(text, { type: 'dot-ai-analytics' });
}
