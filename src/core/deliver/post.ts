import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { createLookup } from './dns-lookup.js';

/** What came back. */
export interface Answer {
  readonly status: number;
  /** The header as it stands. */
  readonly retryAfter: string | undefined;
  readonly body: string;
}

export interface PostOptions {
  /** Asked when the connection stands, right before the first byte leaves; false ends the attempt. */
  readonly mayStart: () => boolean;
  /** Ends the attempt at once, without an answer. */
  readonly signal: AbortSignal;
  /** True where the process must not be kept alive by this attempt. */
  readonly background: boolean;
  /** How a name is resolved: so that it can be given up at once, or as the system does. */
  readonly lookup: 'cancellable' | 'system';
}

/** From the first look-up to the last byte of the answer, ms. */
const ATTEMPT_TIMEOUT_MS = 3_000;
/** PostHog's answers are tiny; a captive portal's page need not be read. */
const MAX_ANSWER_BYTES = 16 * 1024;

/** Every header of a request, in order: `preview` shows these, and no other is sent. */
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
 * One POST of exactly these bytes: no compression, no cookie, no redirect followed, no connection kept.
 * @throws where there was no answer: refused, reset, not resolved, too late, aborted
 */
export async function post(
  url: string,
  body: string,
  { signal, background, lookup, mayStart }: PostOptions,
): Promise<Answer> {
  // Not fetch: that adds headers nobody asked for, and costs 20 ms to load.
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
      reject(new Error('the connection was closed without an answer')); // no effect after an answer
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
