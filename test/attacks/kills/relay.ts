import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands in front of a destination, and can read late, as a receiver does whose buffers are full. */
export interface Relay {
  readonly host: string;
  /** Every connection from now on is read only after this many ms. */
  readAfter(ms: number): void;
  /** Bytes that have arrived so far on connections that were read at once. */
  readonly received: number;
  close(): void;
}

export async function createRelay(destination: string): Promise<Relay> {
  let delay = 0;
  let received = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (client) => {
    const isReadAtOnce = delay === 0;
    const upstream = connect(Number(new URL(destination).port), '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket) && other.destroy());
    }
    setTimeout(() => {
      client.on('data', (chunk) => {
        if (isReadAtOnce) received += chunk.length;
      });
      client.pipe(upstream);
      upstream.pipe(client);
    }, delay);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    readAfter(ms) {
      delay = ms;
    },
    get received() {
      return received;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
