import { observe } from './handlers.js';
import type { KnownTools, PendingCalls } from './outcome.js';
import {
  type Handler,
  type HighLevelServer,
  type InstrumentableServer,
  isHighLevel,
  replaceMethod,
} from './sdk-types.js';

/** What registering a tool returns, in both SDKs. */
interface RegisteredTool {
  readonly enabled?: unknown;
  update?(updates: ToolUpdates): void;
}

interface ToolUpdates {
  readonly name?: unknown;
  readonly callback?: unknown;
}

/** v1: `server.experimental.tasks`. */
interface WithTasks {
  readonly experimental?: { readonly tasks?: object };
}

/** True where tools were registered before the adapter came, whose handlers it can't see. */
export function hasTools(server: InstrumentableServer): boolean {
  const { _registeredTools: tools, _requestHandlers: handlers } = server as {
    readonly _registeredTools?: object;
    readonly _requestHandlers?: ReadonlyMap<string, unknown>;
  };
  return isHighLevel(server) ? Object.keys(tools ?? {}).length > 0 : handlers?.has('tools/call') === true;
}

/**
 * Wraps every way to register a tool, observes the handlers, and follows renames, updates and removals.
 *
 * @param during runs while the SDK may install its own dispatcher, which is no tool's handler
 */
export function watchRegistration(
  server: HighLevelServer,
  calls: () => PendingCalls,
  during: <T>(action: () => T) => T,
): KnownTools {
  const registered = new Map<unknown, RegisteredTool>();
  const isLate = hasTools(server);

  function watch(target: object, method: string): void {
    const original = (target as Record<string, Handler | undefined>)[method];
    if (original === undefined) return;
    replaceMethod(target, method, function (this: unknown, ...args: unknown[]) {
      const tool = during(() => original.apply(this, observeLast(args, calls))) as RegisteredTool;
      remember(args[0], tool);
      return tool;
    });
  }

  function remember(name: unknown, tool: RegisteredTool): void {
    registered.set(name, tool);
    const { update } = tool;
    if (update === undefined) return;
    let current = name;
    // `enable`, `disable` and `remove` come through here too.
    replaceMethod(tool, 'update', function (this: unknown, updates: ToolUpdates) {
      const callback = updates?.callback;
      const isHandler = typeof callback === 'function';
      update.call(
        this as RegisteredTool,
        isHandler ? { ...updates, callback: observe(callback as Handler, calls) } : updates,
      );
      if (updates?.name === undefined || updates.name === current) return;
      registered.delete(current);
      current = updates.name;
      if (current !== null) registered.set(current, tool);
    });
  }

  watch(server, 'registerTool');
  watch(server, 'tool');
  const tasks = (server as WithTasks).experimental?.tasks;
  if (tasks !== undefined) watch(tasks, 'registerToolTask');

  return {
    isCallable(name) {
      const tool = registered.get(name);
      if (tool !== undefined) return tool.enabled !== false;
      return isLate ? undefined : false;
    },
  };
}

/** The handler is the last argument of every way to register one: a function, or for tasks an object of them. */
export function observeLast(args: readonly unknown[], calls: () => PendingCalls): unknown[] {
  const handler = args.at(-1);
  const others = args.slice(0, -1);
  if (typeof handler === 'function') return [...others, observe(handler as Handler, calls)];
  const createTask = (handler as { readonly createTask?: unknown } | null | undefined)?.createTask;
  if (typeof createTask !== 'function') return [...args];
  return [
    ...others,
    Object.create(handler as object, { createTask: { value: observe(createTask as Handler, calls) } }),
  ];
}
