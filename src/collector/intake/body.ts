import type { IncomingMessage } from 'node:http';
import { holdMore } from './connections.js';

/** A body that is answered before its end may go on for so long. Some senders read the answer only afterward. */
const REST_TIMEOUT_MS = 500;

/** Reads the body of a request. Undefined if it is longer than `limit` bytes; then the rest is not read. */
export function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (Number(incoming.headers['content-length'] ?? 0) > limit) return resolve(undefined);
    const chunks: Buffer[] = [];
    let length = 0;
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      holdMore(incoming, chunk.length);
      if (length <= limit) chunks.push(chunk);
      else {
        incoming.pause();
        resolve(undefined);
      }
    });
    incoming.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    incoming.on('error', reject);
    incoming.on('close', () => {
      if (!incoming.readableEnded) reject(new Error('the sender went away'));
    });
  });
}

/** Of a body that is answered. A sender that does not end it is disconnected. */
export function discardRest(incoming: IncomingMessage): void {
  incoming.resume();
  setTimeout(() => {
    if (!incoming.complete) incoming.socket.destroySoon();
  }, REST_TIMEOUT_MS).unref();
}
