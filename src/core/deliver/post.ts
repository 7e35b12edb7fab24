import type { Socket } from 'node:net';
import { type Answer, MAX_ANSWER_BYTES, parseAnswer } from './answer.js';
import { type Connection, connectTo } from './connection.js';
import { createLookup } from './dns-lookup.js';

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
 * One POST of exactly these bytes: no compression, no cookie, no redirect followed, no connection kept. Neither fetch
 * nor Node's http: programs that trace a host patch both, and add headers that identify it (P3, P4).
 *
 * P10: between the last check (`mayStart`) and the one write of headers and body, nothing else can run. However the
 * attempt ends, the connection is reset, so that nothing arrives after this is settled.
 *
 * @throws an error with a code if there was no answer: that of the system or of TLS, `ECONNRESET` if the connection was
 *   closed before it, `NO_ANSWER` if it came too late. The reason of `signal` if that is aborted
 */
export async function post(url: string, body: string, options: PostOptions): Promise<Answer> {
  const { signal, background, lookup } = options;
  const target = new URL(url);
  const own = lookup === 'cancellable' ? createLookup(signal) : undefined;
  const connection = await connectTo(target, { lookup: own, background });
  try {
    return await exchange(connection, requestOf(target, url, body), options);
  } finally {
    connection.reset();
  }
}

function requestOf({ pathname, search }: URL, url: string, body: string): string {
  const headers = Object.entries(headersFor(url, body)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${pathname}${search} HTTP/1.1\r\n${headers.join('')}\r\n${body}`;
}

async function exchange(
  connection: Connection,
  request: string,
  { signal, background, mayStart }: PostOptions,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const orReject = <Arguments extends unknown[]>(listener: (...args: Arguments) => void) => {
        return (...args: Arguments): void => {
          try {
            listener(...args);
          } catch (error) {
            reject(error as Error); // an error that a listener throws would end the host
          }
        };
      };
      const late = orReject(() => {
        throw withCode('NO_ANSWER', `no answer within ${ATTEMPT_TIMEOUT_MS} ms`);
      });
      timer = setTimeout(late, ATTEMPT_TIMEOUT_MS);
      if (background) timer.unref();
      abort = orReject(() => {
        throw signal.reason;
      });
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) return abort();

      let received = Buffer.alloc(0);
      const look = (isOver: boolean) => {
        const answer = parseAnswer(received, isOver);
        if (answer !== undefined) resolve(answer);
      };
      const take = orReject((chunk: Buffer) => {
        if (received.length >= MAX_ANSWER_BYTES) return;
        received = Buffer.concat([received, chunk.subarray(0, MAX_ANSWER_BYTES - received.length)]);
        look(received.length >= MAX_ANSWER_BYTES);
      });
      const over = orReject(() => {
        if (received.length === 0) throw withCode('ECONNRESET', 'the connection was closed without an answer');
        look(true);
      });
      const ready = orReject((stream: Socket) => {
        if (stream.destroyed) return; // it came too late
        stream.on('data', take).once('end', over).once('close', over).once('error', reject);
        if (!mayStart()) throw new Error('off');
        stream.write(request);
      });
      connection.open(ready, reject);
    });
  } finally {
    clearTimeout(timer);
    if (abort !== undefined) signal.removeEventListener('abort', abort);
  }
}

/** The code is what is noted of the attempt, for `status`. */
function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
