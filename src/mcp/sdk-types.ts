/*
 * The parts that both SDKs have in common and that the adapter touches. The types are structural, so that neither SDK
 * is imported: v1 is `@modelcontextprotocol/sdk`, v2 is `@modelcontextprotocol/server`.
 */

import type { TaskState } from './tasks.js';

export type RequestId = string | number;

export interface Message {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly name?: unknown; readonly requestId?: unknown } & TaskState;
  readonly result?: ToolResult;
  readonly error?: { readonly code?: unknown };
}

export interface ToolResult extends TaskState {
  readonly content?: readonly unknown[];
  readonly structuredContent?: unknown;
  readonly isError?: unknown;
  /** v2: `input_required` is neither a success nor a failure; the client comes back with the rest. */
  readonly resultType?: unknown;
  /** v1: a task was created; its result comes later, by another request. */
  readonly task?: TaskState;
}

/** Comes with a message over HTTP: v1 `requestInfo`, v2 `request`. Over stdio there is neither. */
export interface MessageExtra {
  readonly requestInfo?: unknown;
  readonly request?: unknown;
}

export interface Transport {
  onmessage?: (message: never, extra?: never) => void;
  onclose?: () => void;
  send(message: never, options?: never): Promise<void>;
  readonly sessionId?: string;
}

export type Handler = (this: unknown, ...args: unknown[]) => unknown;

/** `Server` of either SDK. */
export interface LowLevelServer {
  connect(transport: never): Promise<void>;
  setRequestHandler(method: never, ...handler: never[]): void;
  readonly transport?: unknown;
}

/** `McpServer` of either SDK. */
export interface HighLevelServer {
  readonly server: LowLevelServer;
  registerTool(name: string, ...rest: never[]): unknown;
}

export type InstrumentableServer = LowLevelServer | HighLevelServer;

export function isHighLevel(server: InstrumentableServer): server is HighLevelServer {
  return typeof (server as HighLevelServer | undefined)?.registerTool === 'function';
}

/** False for a framework's own object, which makes its servers itself. */
export function isServer(low: Partial<LowLevelServer> | null | undefined): boolean {
  return typeof low?.connect === 'function' && typeof low.setRequestHandler === 'function';
}

/** Replaces a method of one object, as invisibly as JavaScript can. */
export function replaceMethod(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}
