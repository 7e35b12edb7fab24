import { guard } from '../platform/guard.js';
import { observe, observeLast } from './handlers.js';
import type { InstrumentedServer, RegisteredTool, ToolUpdates } from './instrumented-server.js';
import {
  type Handler,
  type HighLevelServer,
  type InstrumentableServer,
  isHighLevel,
  replaceMethod,
} from './sdk-types.js';

/** v1: `server.experimental.tasks`. */
interface WithTasks {
  readonly experimental?: { readonly tasks?: object };
}

/** True if tools were registered before the adapter came: it cannot see their handlers. */
export function hasTools(server: InstrumentableServer): boolean {
  const { _registeredTools: tools, _requestHandlers: handlers } = server as {
    readonly _registeredTools?: object;
    readonly _requestHandlers?: ReadonlyMap<string, unknown>;
  };
  return isHighLevel(server) ? Object.keys(tools ?? {}).length > 0 : handlers?.has('tools/call') === true;
}

/** Wraps every way to register a tool, observes the handlers, and follows renames, updates and removals. */
export function watchRegistration(high: HighLevelServer, server: InstrumentedServer): void {
  watchMethod(high, 'registerTool', server);
  watchMethod(high, 'tool', server);
  const tasks = (high as WithTasks).experimental?.tasks;
  if (tasks !== undefined) watchMethod(tasks, 'registerToolTask', server);
}

function watchMethod(target: object, method: string, server: InstrumentedServer): void {
  const original = (target as Record<string, Handler | undefined>)[method];
  if (original === undefined) return;
  replaceMethod(target, method, function (this: unknown, ...args: unknown[]) {
    server.isRegistering = true;
    try {
      const tool = original.apply(this, guard(() => observeLast(args, server), 'mcp') ?? args) as RegisteredTool;
      guard(() => remember(server, args[0], tool), 'mcp');
      return tool;
    } finally {
      server.isRegistering = false;
    }
  });
}

function remember(server: InstrumentedServer, name: unknown, tool: RegisteredTool): void {
  server.tools.set(name, tool);
  const { update } = tool;
  if (update === undefined) return;
  const rename = renamerOf(server, name, tool);
  // `enable`, `disable` and `remove` come through here too.
  replaceMethod(tool, 'update', function (this: unknown, updates: ToolUpdates) {
    update.call(this as RegisteredTool, guard(() => withObserver(updates, server), 'mcp') ?? updates);
    guard(() => rename(updates?.name), 'mcp');
  });
}

/** Follows one tool from its first name on; `null` removes it. */
function renamerOf({ tools }: InstrumentedServer, first: unknown, tool: RegisteredTool): (name: unknown) => void {
  let current = first;
  return (name) => {
    if (name === undefined || name === current) return;
    tools.delete(current);
    current = name;
    if (current !== null) tools.set(current, tool);
  };
}

function withObserver(updates: ToolUpdates, server: InstrumentedServer): ToolUpdates {
  const callback = updates?.callback;
  return typeof callback === 'function' ? { ...updates, callback: observe(callback as Handler, server) } : updates;
}
