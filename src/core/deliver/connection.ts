import type { LookupFunction, Socket } from 'node:net';
import { guard } from '../../platform/guard.js';

/** A connection that can be ended so that nothing more of it arrives. */
export interface Connection {
  /** What a request is written to: the TCP socket, or the TLS layer over it. */
  readonly stream: Socket;
  /** The event of `stream` after which the first byte can be written. */
  readonly ready: 'connect' | 'secureConnect';
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
  // A name in the greeting must not be an address (RFC 6066, 3). The certificate is compared with `host`.
  const servername = net.isIP(host) === 0 ? host : '';
  const stream = tls?.connect({ socket: tcp, host, servername, ALPNProtocols: ['http/1.1'] }) ?? tcp;
  for (const socket of [tcp, stream]) {
    socket.on('error', () => {}); // http has its own listener for as long as anyone waits for an answer
    if (background) socket.unref();
  }
  return { stream, ready: isSecure ? 'secureConnect' : 'connect', reset: resetOf(tcp, stream) };
}

/**
 * The system does not reset a socket that is being ended. http ends a socket when it has the answer, and so does Node's
 * `resetAndDestroy()`, which then waits until everything is written. So neither may.
 */
function resetOf(tcp: Socket, stream: Socket): () => void {
  let isReset = false;
  const reset = () => {
    if (isReset) return;
    isReset = true;
    // While it connects, nothing was written yet, and Node would put the reset off until it stands.
    if (tcp.connecting || tcp.destroyed) tcp.destroy();
    else tcp.resetAndDestroy();
    stream.destroy();
  };
  for (const socket of [tcp, stream]) {
    Object.assign(socket, {
      end: () => socket,
      // http calls it, lets an error of it out, and relies on the end.
      destroySoon: () => {
        guard(reset, 'connection');
        socket.destroy();
      },
    });
  }
  return reset;
}
