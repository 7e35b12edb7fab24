import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { createLookup } from './dns-lookup.js';

/** The answer of the destination. */
export interface Answer {
  readonly status: number;
  /** The text of the header. */
  readonly retryAfter: string | undefined;
  readonly body: string;
}

export interface PostOptions {
  /** Called when the connection is established, right before the first byte is sent. False ends the attempt. */
  readonly mayStart: () => boolean;
  /** Ends the attempt at once, without an answer. */
  readonly signal: AbortSignal;
  /** True if this attempt must not keep the process alive. */
  readonly background: boolean;
  /** How a name is resolved: in a way that can be canceled, or as the system does. */
  readonly lookup: 'cancellable' | 'system';
}

/** From the DNS lookup to the last byte of the answer. */
const ATTEMPT_TIMEOUT_MS = 3_000;
/** PostHog's answers are tiny. The page of a captive portal need not be read to its end. */
const MAX_ANSWER_BYTES = 16 * 1024;

/** All headers of a request, in order. `preview` shows the same. */
export function headersFor(url: string, body: string): Record<string, string> {
  return {
    Host: new URL(url).host,
    'User-Agent': 'dot-ai-analytics',
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  };
}

/**
 * Sends exactly these bytes in one POST: without compression, cookies, redirects or a connection that is kept.
 * @throws if there is no answer: refused, reset, not resolved, too late, aborted
 */
export async function post(
  url: string,
  body: string,
  { signal, background, lookup, mayStart }: PostOptions,
): Promise<Answer> {
  // Not fetch, which adds headers of its own and costs 20 ms to load.
  const { request } = url.startsWith('https:') ? await import('node:https') : await import('node:http');
  signal.throwIfAborted();
  const options: RequestOptions = { method: 'POST', headers: headersFor(url, body), agent: false, signal };
  if (lookup === 'cancellable') options.lookup = createLookup(signal);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options);
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`no answer within ${ATTEMPT_TIMEOUT_MS} ms`)),
      ATTEMPT_TIMEOUT_MS,
    );
    if (background) timer.unref();
    outgoing.on('socket', (socket) => {
      if (background) socket.unref();
      const start = () => (mayStart() ? outgoing.end(body) : outgoing.destroy(new Error('off')));
      socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', start);
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => readAnswer(incoming, outgoing).then(resolve, reject));
    outgoing.on('close', () => {
      clearTimeout(timer);
      reject(new Error('the connection was closed without an answer')); // has no effect after an answer
    });
  });
}

async function readAnswer(incoming: IncomingMessage, outgoing: ClientRequest): Promise<Answer> {
  let body = '';
  incoming.setEncoding('utf8');
  for await (const chunk of incoming) {
    body += chunk;
    if (body.length > MAX_ANSWER_BYTES) break;
  }
  outgoing.destroy();
  return { status: incoming.statusCode ?? 0, retryAfter: incoming.headers['retry-after'], body };
}
