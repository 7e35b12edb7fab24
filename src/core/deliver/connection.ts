import type { LookupFunction, Socket } from 'node:net';
import type * as Tls from 'node:tls';
import { guard } from '../../platform/guard.js';

/** A connection that can be ended so that nothing more of it arrives. */
export interface Connection {
  /**
   * Calls back when the first byte can be written, with what it is written to: the TCP socket, or the TLS layer over it.
   * Before that `onError` may be called, and afterward never.
   */
  open(onReady: (stream: Socket) => void, onError: (error: Error) => void): void;
  /** Ends it. What the kernel still holds is discarded, unlike with `destroy()`, which lets it arrive. */
  reset(): void;
}

interface ConnectOptions {
  readonly lookup?: LookupFunction | undefined;
  /** True where the process must not be kept alive by it. */
  readonly background: boolean;
}

/** Loads what the URL needs, and no more. */
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
      // TLS begins on a socket that stands: while Node tries one address after the other, it exchanges what is below.
      const secure = orFail(() => {
        // A name in the greeting must not be an address (RFC 6066, 3). The certificate is compared with `host`.
        const servername = net.isIP(host) === 0 ? host : '';
        const options = { socket: tcp, host, servername, ALPNProtocols: ['http/1.1'], rejectUnauthorized: true };
        const stream = own(withoutExemption(() => (tls as typeof Tls).connect(options)));
        stream.once('error', onError);
        // Not from within the handshake: a connection that is reset there takes the process along.
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
 * A host that lets its own connections go unchecked does so for itself: a report goes only to whom the certificate names.
 * Node prints a warning as soon as it sees the variable, so that it is out of sight until `connect` returns (P6).
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

/** Each part once: the system's connection is reset, what is over it is destroyed. */
function resetOf(tcp: Socket, streams: readonly Socket[]): () => void {
  let isReset = false;
  return () => {
    if (isReset) return;
    isReset = true;
    try {
      // While it connects, nothing was written yet, and Node would put the reset off until it stands.
      if (tcp.connecting || tcp.destroyed) tcp.destroy();
      else tcp.resetAndDestroy();
    } finally {
      for (const stream of streams) stream.destroy();
    }
  };
}
