import { CATEGORIES, type Category } from '../../schema/vocabulary.js';

/** The category of each textual error code: of the system, Node, undici and the MCP SDKs. */
const BY_SYSTEM_CODE: Readonly<Record<string, Category>> = {
  ECONNREFUSED: 'network',
  ECONNRESET: 'network',
  ECONNABORTED: 'network',
  ENOTFOUND: 'network',
  EAI_AGAIN: 'network',
  EHOSTUNREACH: 'network',
  ENETUNREACH: 'network',
  EPIPE: 'network',
  EPROTO: 'network',
  UND_ERR_SOCKET: 'network',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  ESOCKETTIMEDOUT: 'timeout',
  ABORT_ERR: 'cancelled',
  // SDK v2
  REQUEST_TIMEOUT: 'timeout',
  CONNECTION_CLOSED: 'network',
  NOT_CONNECTED: 'network',
  SEND_FAILED: 'network',
  ALREADY_CONNECTED: 'mcp_protocol',
  NOT_INITIALIZED: 'mcp_protocol',
  CAPABILITY_NOT_SUPPORTED: 'mcp_protocol',
  INVALID_RESULT: 'mcp_protocol',
  UNSUPPORTED_RESULT_TYPE: 'mcp_protocol',
  INPUT_REQUIRED_ROUNDS_EXCEEDED: 'mcp_protocol',
  ENOENT: 'storage',
  EACCES: 'storage',
  EPERM: 'storage',
  EEXIST: 'storage',
  EISDIR: 'storage',
  ENOTDIR: 'storage',
  ENOSPC: 'storage',
  EROFS: 'storage',
  EIO: 'storage',
  EMFILE: 'storage',
};

/** The category of each HTTP status and JSON-RPC code. */
const BY_NUMBER: Readonly<Record<number, Category>> = {
  400: 'validation',
  401: 'authentication',
  403: 'authorization',
  404: 'operation',
  408: 'timeout',
  409: 'operation',
  422: 'validation',
  429: 'operation',
  504: 'timeout',
  [-32700]: 'mcp_protocol',
  [-32600]: 'mcp_protocol',
  [-32601]: 'mcp_protocol',
  [-32602]: 'validation',
  [-32603]: 'internal',
  [-32000]: 'network', // MCP: connection closed
  [-32001]: 'timeout', // MCP: request timeout
  [-32002]: 'operation', // MCP: no such resource
  [-32020]: 'mcp_protocol', // MCP 2026-07-28: headers and body disagree
  [-32021]: 'mcp_protocol', // the client lacks a capability
  [-32022]: 'mcp_protocol', // unknown protocol version
};

/** Legacy codes of DOMException. AbortSignal.abort() and AbortSignal.timeout() reject with them. */
const ABORT = 20;
const TIMEOUT = 23;

/**
 * Categorizes the value that a tool threw, by error codes and known classes only. Never reads a name, a message or a
 * stack, and changes nothing. A value that cannot be read is `other`.
 */
export function categorize(error: unknown): Category {
  try {
    return declared(error) ?? byClass(error) ?? byCode(error) ?? byCause(error) ?? 'other';
  } catch {
    return 'other'; // a getter or a proxy of the host threw (P6)
  }
}

interface Known {
  readonly category?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly cause?: unknown;
  readonly issues?: unknown;
  readonly body?: { readonly kind?: unknown } | null;
}

/** How many causes are followed. A cause can lead to itself. */
const MAX_CAUSES = 5;

/**
 * The category that the error, or one of its causes, states. A server converts its own errors to the SDK's, whose code
 * says less, so the cause may know more. Any other text is ignored (P3).
 */
function declared(error: unknown): Category | undefined {
  let one = error as Known | null | undefined;
  for (let depth = 0; depth <= MAX_CAUSES && one !== null && one !== undefined; depth += 1) {
    if (isCategory(one.category)) return one.category;
    one = one.cause as Known | null | undefined;
  }
  return undefined;
}

export function isCategory(value: unknown): value is Category {
  return CATEGORIES.includes(value as Category);
}

function byClass(error: unknown): Category | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (error instanceof DOMException) return ({ [ABORT]: 'cancelled', [TIMEOUT]: 'timeout' } as const)[error.code];
  // The AI SDK marks its errors with this symbol, so that they are recognized across copies of the package.
  if (Symbol.for('vercel.ai.error') in error) return 'ai_service';
  const { body, issues, code } = error as Known;
  // The Kubernetes API answers every failure with a Status object.
  if (typeof body === 'object' && body?.kind === 'Status') {
    return code === 401 || code === 403 ? BY_NUMBER[code] : 'kubernetes';
  }
  if (Array.isArray(issues)) return 'validation'; // zod, valibot and every Standard Schema library
  return undefined;
}

function byCode(error: unknown): Category | undefined {
  const { code, status, statusCode } = (error ?? {}) as Known;
  for (const value of [code, status, statusCode]) {
    if (typeof value === 'string' && Object.hasOwn(BY_SYSTEM_CODE, value)) return BY_SYSTEM_CODE[value];
    if (typeof value !== 'number') continue;
    if (Object.hasOwn(BY_NUMBER, value)) return BY_NUMBER[value];
    if (value >= 500 && value <= 599) return 'network';
  }
  // After the codes: Node's own system errors are plain Errors, and fetch wraps them in a TypeError with a cause.
  if ((error as Known | null)?.cause !== undefined) return undefined;
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
    ? 'internal'
    : undefined;
}

/** One level down: fetch and many clients wrap the error that has the code. */
function byCause(error: unknown): Category | undefined {
  const cause = (error as Known | null)?.cause;
  return typeof cause === 'object' && cause !== null ? (byClass(cause) ?? byCode(cause)) : undefined;
}
