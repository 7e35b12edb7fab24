import type { Internals } from '../core/tracker/analytics.js';
import type { Analytics, Call, Session } from '../core/tracker/options.js';
import type { Category } from '../schema/vocabulary.js';
import type { RequestId } from './sdk-types.js';
import type { Tasks } from './tasks.js';

/** A tools/call that is not answered yet, and what was seen of its handler. */
export interface PendingCall {
  readonly call: Call;
  readonly tool: string;
  /** The handler was reached: the SDK accepted name and arguments. */
  entered: boolean;
  /** The category of what the handler threw; the SDK turns it into a text. */
  thrown?: Category;
  /** The handler itself answered with `isError`. */
  saidError: boolean;
  /** The handler created a task, so what it answered is not the result. */
  isTask: boolean;
}

/** A request of another kind whose answer matters: a prompt, or a question about a task. */
export type Question =
  | { readonly kind: 'prompt'; readonly name: unknown }
  | { readonly kind: 'task' | 'task result'; readonly taskId: unknown };

/** By request id. */
export type PendingCalls = Map<RequestId, PendingCall>;

/** What registering a tool returns, in both SDKs. */
export interface RegisteredTool {
  readonly enabled?: unknown;
  update?(updates: ToolUpdates): void;
}

export interface ToolUpdates {
  readonly name?: unknown;
  readonly callback?: unknown;
}

/** All that the adapter knows about one server object. The other files of this folder are functions over it. */
export interface InstrumentedServer {
  readonly analytics: Analytics;
  readonly internals: Internals;
  /** Maps the name that clients call to the declared name. */
  readonly nameOf: (tool: string) => string;
  /** Calls on the current connection. */
  pending: PendingCalls;
  /** The tools whose registration was seen, by name. */
  readonly tools: Map<unknown, RegisteredTool>;
  /** False if there can be tools whose registration was not seen. */
  readonly knowsAllTools: boolean;
  /** The SDK registers a tool, and may install its own dispatcher meanwhile. */
  isRegistering: boolean;
}

/** One connection of that server. */
export interface Connection {
  readonly server: InstrumentedServer;
  readonly session: Session;
  /** Its own calls: closing one connection cannot touch those of another. */
  readonly pending: PendingCalls;
  readonly tasks: Tasks;
  /** The other requests that are not answered yet. */
  readonly questions: Map<RequestId, Question>;
}

/** Whether clients can call a tool of this name; undefined if the adapter cannot know. */
export function isCallable({ tools, knowsAllTools }: InstrumentedServer, name: string): boolean | undefined {
  const tool = tools.get(name);
  if (tool !== undefined) return tool.enabled !== false;
  return knowsAllTools ? false : undefined;
}
