import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { gunzipSync } from 'node:zlib';

/*
 * Where all that is measured sends to, on 127.0.0.1:
 *     up           takes everything
 *     refusing     nobody listens on its port
 *     black hole   takes the connection and never answers
 */
export const KINDS = ['up', 'refusing', 'black hole'];

/** @returns {Promise<{ url: string, requests: number, bytes: number, bodies: string[], close(): Promise<void> }>} */
export async function openDestination(kind = 'up') {
  const seen = { requests: 0, bytes: 0, bodies: [] };
  const sockets = new Set();
  const server =
    kind === 'black hole'
      ? createTcpServer(() => {})
      : createServer((request, response) => take(seen, request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  if (kind === 'refusing') await close();
  return Object.assign(seen, { url, close: kind === 'refusing' ? async () => {} : close });
}

function take(seen, request, response) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    seen.requests += 1;
    seen.bytes += body.length;
    seen.bodies.push(readable(body, request.headers['content-encoding']));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":1}');
  });
}

function readable(body, encoding) {
  return (encoding === 'gzip' ? gunzipSync(body) : body).toString();
}
