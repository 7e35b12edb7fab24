import type { LookupFunction, Socket } from 'node:net';

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
  const tcp = net.connect({ host, port, noDelay: true, ...(lookup !== undefined && { lookup }) });
  // A name in the greeting must not be an address (RFC 6066, 3). The certificate is compared with `host`.
  const servername = net.isIP(host) === 0 ? host : '';
  const stream = tls?.connect({ socket: tcp, host, servername, ALPNProtocols: ['http/1.1'] }) ?? tcp;
  if (background) for (const socket of [tcp, stream]) socket.unref();
  return {
    stream,
    ready: isSecure ? 'secureConnect' : 'connect',
    reset() {
      // While it connects, nothing was written yet, and Node would put the reset off until it is connected. Once it is
      // being shut down, after the answer, libuv refuses a reset, and the socket would keep the process alive.
      if (tcp.connecting || tcp.writableEnded) tcp.destroy();
      else tcp.resetAndDestroy();
      stream.destroy();
    },
  };
}
