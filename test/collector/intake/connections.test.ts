import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { limitConnections } from '../../../src/collector/intake/connections.js';
import { until } from '../../support/tracker.js';

const LARGE = Buffer.alloc(16 * 1024 * 1024);

/** A server that answers with more than any kernel takes at once. */
async function testServer(answerTimeoutMs: number): Promise<number> {
  const server = createServer((incoming, outgoing) => {
    if (connections.admit(incoming, outgoing)) outgoing.end(incoming.url === '/large' ? LARGE : 'small');
  });
  const connections = limitConnections(server, { perSender: 0, monotonic: () => performance.now(), answerTimeoutMs });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    connections.close();
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function open(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  const seen = { isEnded: false, bytes: 0, text: '' };
  socket.on('error', () => {});
  socket.on('close', () => {
    seen.isEnded = true;
  });
  socket.write(text);
  onTestFinished(() => void socket.destroy());
  return { socket, seen };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

test('a reader that does not read its answer is disconnected, and one that reads gets all of it', async () => {
  const port = await testServer(500);
  const slow = open(port, get('/large'));
  slow.socket.once('readable', () => {}); // one buffer, and no more
  const quick = open(port, get('/large'));
  quick.socket.on('data', (chunk: Buffer) => {
    quick.seen.bytes += chunk.length;
  });
  await until(() => quick.seen.bytes > LARGE.length, 'the answer is read');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  slow.socket.resume(); // what the kernel has, and then the end
  await until(() => slow.seen.isEnded, 'the end');
  expect(slow.socket.bytesRead).toBeLessThan(LARGE.length);
});

test('one request at a time: after each answer the next one is answered on the same connection', async () => {
  const port = await testServer(5_000);
  const { socket, seen } = open(port, get('/small'));
  let answers = 0;
  socket.on('data', (chunk: Buffer) => {
    seen.text += chunk.toString();
    const complete = seen.text.split('small').length - 1;
    if (complete > answers && complete < 50) socket.write(get('/small'));
    answers = complete;
  });
  await until(() => answers === 50, 'fifty answers');
  expect(seen.isEnded).toBe(false);
});

test('a request that is sent ahead ends the connection', async () => {
  const port = await testServer(5_000);
  const { socket, seen } = open(port, get('/large').repeat(100));
  socket.resume();
  await until(() => seen.isEnded, 'the end');
  expect(socket.bytesRead).toBeLessThan(LARGE.length);
});
