import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../platform/clock.js';
import { senderOf } from './rate-limit.js';

/*
 * A client that reaches the port can make the collector hold memory: with bodies that never end, with answers that nobody
 * reads, and with requests that are sent ahead of the answers (pipelining). So a connection has one request at a time,
 * each request has a time limit that includes the reading of its answer, and what all connections hold together has a
 * limit. When it is reached, the connection that holds most is ended. It holds at least the mean, which is more than a
 * report has (schema/limits.ts), so that honest senders stay.
 */

const MAX_CONNECTIONS = 4_000;
/** Of bodies that are being read, and of answers that are not sent yet. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** From the headers of a request to the last byte of its answer. */
const ANSWER_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL_MS = 1_000;

interface Connection {
  readonly socket: Socket;
  readonly sender: string;
  held: number;
  /** When the request came that is being answered. */
  since: number | undefined;
}

export interface Connections {
  /** False if the request must not be answered, because its connection is ended. */
  admit(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
  close(): void;
}

export interface ConnectionLimits {
  /** Connections from one sender; 0 means no limit. */
  readonly perSender: number;
  readonly monotonic: Clock;
  readonly answerTimeoutMs?: number;
}

/** How a reader of a body tells the limits of its server. */
const HOLDERS = new WeakMap<Socket, (bytes: number) => void>();

/** The connection of this request holds so many bytes more. It may be ended by that. */
export function holdMore(incoming: IncomingMessage, bytes: number): void {
  HOLDERS.get(incoming.socket)?.(bytes);
}

export function limitConnections(
  server: Server,
  { perSender, monotonic, answerTimeoutMs = ANSWER_TIMEOUT_MS }: ConnectionLimits,
): Connections {
  const open = new Map<Socket, Connection>();
  const counts = new Map<string, number>();
  let total = 0;

  function hold(connection: Connection, bytes: number): void {
    total += bytes - connection.held;
    connection.held = bytes;
    while (total > MAX_HELD_BYTES) end(greediest());
  }

  /** The oldest of those that hold most. */
  function greediest(): Connection {
    let found: Connection | undefined;
    for (const each of open.values()) if (found === undefined || each.held > found.held) found = each;
    return found as Connection; // the limit is reached, so one connection holds something
  }

  function end(connection: Connection): void {
    total -= connection.held;
    connection.held = 0;
    connection.since = undefined;
    connection.socket.destroy();
  }

  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (socket: Socket) => {
    const sender = senderOf(socket.remoteAddress);
    const count = (counts.get(sender) ?? 0) + 1;
    const connection: Connection = { socket, sender, held: 0, since: undefined };
    counts.set(sender, count);
    open.set(socket, connection);
    HOLDERS.set(socket, (bytes) => {
      if (!socket.destroyed) hold(connection, connection.held + bytes);
    });
    socket.on('close', () => {
      end(connection);
      open.delete(socket);
      const left = (counts.get(sender) ?? 1) - 1;
      if (left === 0) counts.delete(sender);
      else counts.set(sender, left);
    });
    if (perSender > 0 && count > perSender) socket.destroy();
  });

  const check = setInterval(() => {
    const now = monotonic();
    for (const each of open.values()) if (each.since !== undefined && now - each.since > answerTimeoutMs) end(each);
  }, CHECK_INTERVAL_MS);
  check.unref();

  return {
    admit(incoming, outgoing) {
      const connection = open.get(incoming.socket);
      if (connection === undefined || incoming.socket.destroyed) return false;
      if (connection.since !== undefined) {
        // Sent ahead of the answer to the one before. No client of reports does that, and to keep such requests costs
        // a hundred times their length.
        end(connection);
        return false;
      }
      connection.since = monotonic();
      // All of the answer is in the socket's buffer, or more than it takes at once.
      outgoing.on('prefinish', () => {
        if (!connection.socket.destroyed) hold(connection, connection.socket.writableLength);
      });
      outgoing.on('finish', () => {
        if (connection.socket.destroyed) return;
        hold(connection, 0);
        connection.since = undefined;
      });
      return true;
    },
    close: () => clearInterval(check),
  };
}
