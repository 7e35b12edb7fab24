import type { LookupFunction, Socket } from 'node:net';
import type * as Tls from 'node:tls';
import { guard } from '../../platform/guard.js';

/** A connection that can be reset, so that nothing more of it arrives. */
export interface Connection {
  /**
   * Calls `onReady` when the first byte can be written, with the stream to write to: the TCP socket, or the TLS layer
   * over it. `onError` may be called before that, and never afterward.
   */
  open(onReady: (stream: Socket) => void, onError: (error: Error) => void): void;
  /** Ends it. What the kernel still holds is discarded, unlike with `destroy()`, which lets it arrive. */
  reset(): void;
}

interface ConnectOptions {
  readonly lookup?: LookupFunction | undefined;
  /** True if the connection must not keep the process alive. */
  readonly background: boolean;
}

/** Loads `tls` only if the URL needs it. */
export async function connectTo(url: URL, { lookup, background }: ConnectOptions): Promise<Connection> {
  const isSecure = url.protocol === 'https:';
  const [net, tls] = await Promise.all([import('node:net'), isSecure ? import('node:tls') : undefined]);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (isSecure ? 443 : 80);
  // Half-open: an early end from the other side must not make Node end this side.
  const tcp = net.connect({
    host,
    port,
    noDelay: true,
    allowHalfOpen: true,
    ...(lookup !== undefined && { lookup }),
  });
  const streams: Socket[] = [];
  const own = (socket: Socket): Socket => {
    streams.push(socket);
    socket.on('error', () => {}); // without a listener an error would end the host
    if (background) socket.unref();
    // Node must not end it: the system does not reset a socket that is being ended.
    return Object.assign(socket, { end: () => socket, destroySoon: () => guard(reset, 'connection') });
  };
  const reset = resetOf(tcp, streams);
  own(tcp);
  return {
    open(onReady, onError) {
      const orFail = (open: () => void) => () => {
        try {
          open();
        } catch (error) {
          onError(error as Error);
        }
      };
      tcp.once('error', onError);
      // TLS begins on a connected socket: while Node tries one address after the other, it exchanges the handle below.
      const secure = orFail(() => {
        // A name in the greeting must not be an address (RFC 6066, 3). The certificate is compared with `host`.
        const servername = net.isIP(host) === 0 ? host : '';
        const options = { socket: tcp, host, servername, ALPNProtocols: ['http/1.1'], rejectUnauthorized: true };
        const stream = own(withoutExemption(() => (tls as typeof Tls).connect(options)));
        stream.once('error', onError);
        // Not from within the handshake: a reset there ends the process.
        stream.once('secureConnect', () => setImmediate(orFail(() => onReady(stream))));
      });
      const ready = orFail(() => onReady(tcp));
      if (tcp.destroyed) onError(new Error('the connection was closed'));
      else tcp.once('connect', isSecure ? secure : ready);
    },
    reset,
  };
}

/**
 * Hides `NODE_TLS_REJECT_UNAUTHORIZED` until `connect` returns. A host may leave its own connections unchecked, but a
 * report goes only to the host that the certificate names. Node prints a warning as soon as it sees the variable (P6).
 */
function withoutExemption<T>(connect: () => T): T {
  const { NODE_TLS_REJECT_UNAUTHORIZED: exemption } = process.env;
  if (exemption === undefined) return connect();
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  try {
    return connect();
  } finally {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = exemption;
  }
}

/** Resets the system's connection and destroys the streams over it, each once. */
function resetOf(tcp: Socket, streams: readonly Socket[]): () => void {
  let isReset = false;
  return () => {
    if (isReset) return;
    isReset = true;
    try {
      // While it connects, nothing was written yet, and Node would delay a reset until it is connected.
      if (tcp.connecting || tcp.destroyed) tcp.destroy();
      else tcp.resetAndDestroy();
    } finally {
      for (const stream of streams) stream.destroy();
    }
  };
}
