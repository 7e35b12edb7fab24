import type { ClientRequest, IncomingMessage } from 'node:http';
import { type Connection, connectTo } from './connection.js';
import { createLookup } from './dns-lookup.js';

/** The answer of the destination. */
export interface Answer {
  readonly status: number;
  /** The headers as they stand. */
  readonly retryAfter: string | undefined;
  readonly contentType: string | undefined;
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
/** Each takes time of the host. */
const MAX_INTERIM_ANSWERS = 8;

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
 * One POST of exactly these bytes: no compression, no cookie, no redirect followed, no connection kept.
 *
 * P10: between the last question (`mayStart`) and the one write of headers and body nothing else can run. However the
 * attempt ends, the connection is reset, so that nothing arrives after this is settled.
 *
 * @throws where there was no answer: refused, reset, not resolved, too late, aborted
 */
export async function post(url: string, body: string, options: PostOptions): Promise<Answer> {
  const { signal, background, lookup } = options;
  // Not fetch: that adds headers nobody asked for, and costs 20 ms to load.
  const { request } = await import('node:http');
  const target = new URL(url);
  const own = lookup === 'cancellable' ? createLookup(signal) : undefined;
  const connection = await connectTo(target, { lookup: own, background });
  try {
    const outgoing = request({
      method: 'POST',
      path: `${target.pathname}${target.search}`,
      headers: headersFor(url, body),
      createConnection: () => connection.stream,
    });
    outgoing.on('error', () => {}); // without a listener an error would end the host, also after this has failed
    return await exchange(outgoing, connection, body, options);
  } finally {
    connection.reset();
  }
}

function exchange(
  outgoing: ClientRequest,
  { stream, ready }: Connection,
  body: string,
  { signal, background, mayStart }: PostOptions,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const orReject = <Arguments extends unknown[]>(listener: (...args: Arguments) => void) => {
      return (...args: Arguments): void => {
        try {
          listener(...args);
        } catch (error) {
          reject(error as Error); // thrown from a listener it would end the host
        }
      };
    };
    const abort = orReject(() => reject(signal.reason));
    const late = orReject(() => reject(new Error(`no answer within ${ATTEMPT_TIMEOUT_MS} ms`)));
    const timer = setTimeout(late, ATTEMPT_TIMEOUT_MS);
    if (background) timer.unref();
    const close = orReject(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      reject(new Error('the connection was closed without an answer')); // no effect after an answer
    });
    const start = orReject(() => (mayStart() ? outgoing.end(body) : reject(new Error('off'))));
    let interim = 0;
    const count = orReject(() => {
      interim += 1;
      if (interim > MAX_INTERIM_ANSWERS) throw new Error(`more than ${MAX_INTERIM_ANSWERS} interim answers`);
    });
    outgoing.on('error', reject);
    outgoing.on('information', count);
    outgoing.on(
      'response',
      orReject((incoming: IncomingMessage) => readAnswer(incoming).then(resolve, reject)),
    );
    outgoing.on('close', close);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    else stream.once(ready, start);
  });
}

async function readAnswer(incoming: IncomingMessage): Promise<Answer> {
  let body = '';
  incoming.setEncoding('utf8');
  for await (const chunk of incoming) {
    body += chunk;
    if (body.length > MAX_ANSWER_BYTES) break;
  }
  const { statusCode = 0, headers } = incoming;
  return { status: statusCode, retryAfter: headers['retry-after'], contentType: headers['content-type'], body };
}
