import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

/*
 * All subjects send to an address on 127.0.0.1:
 *     up           takes everything
 *     refusing     nobody listens on its port
 *     black hole   takes the connection and never answers
 */
export const DESTINATIONS = ['up', 'refusing', 'black hole'] as const;
export type DestinationKind = (typeof DESTINATIONS)[number];

/** What has arrived so far. */
interface Received {
  requests: number;
  bytes: number;
  readonly bodies: string[];
}

export interface Destination extends Readonly<Received> {
  readonly url: string;
  close(): Promise<void>;
}

export async function openDestination(kind: DestinationKind = 'up'): Promise<Destination> {
  const received: Received = { requests: 0, bytes: 0, bodies: [] };
  const sockets = new Set<Socket>();
  const server =
    kind === 'black hole'
      ? createTcpServer(() => {})
      : createServer((request, response) => take(received, request, response));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  if (kind === 'refusing') await close();
  return Object.assign(received, { url, close: kind === 'refusing' ? async () => {} : close });
}

function take(received: Received, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    received.requests += 1;
    received.bytes += body.length;
    received.bodies.push(readable(body, request.headers['content-encoding']));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":1}');
  });
}

function readable(body: Buffer, encoding: string | undefined): string {
  return (encoding === 'gzip' ? gunzipSync(body) : body).toString();
}
