// Streamable HTTP with a session for each client, of a transport of either SDK.
import { randomUUID } from 'node:crypto';
import { type Handle, refuse } from './local-http.js';

interface SessionTransport {
  handleRequest: Handle;
}

interface Options {
  readonly sessionIdGenerator: () => string;
  readonly eventStore: ReturnType<typeof eventStore>;
  readonly retryInterval: number;
  readonly onsessioninitialized: (id: string) => void;
}

/** Makes a transport and a server object that is connected to it. */
export type Connect = (options: Options) => Promise<SessionTransport>;

/** Answers requests of a session with its transport, and makes one for a request without a session. */
export function sessions(connect: Connect): Handle {
  const known = new Map<string, SessionTransport>();
  return async (request, response, body) => {
    const id = request.headers['mcp-session-id'];
    const transport = typeof id === 'string' ? known.get(id) : await begin();
    if (transport === undefined) return refuse(response, 404, 'Session not found');
    await transport.handleRequest(request, response, body);
  };

  async function begin(): Promise<SessionTransport> {
    const transport = await connect({
      sessionIdGenerator: randomUUID,
      eventStore: eventStore(),
      retryInterval: 500,
      onsessioninitialized: (id) => known.set(id, transport),
    });
    return transport;
  }
}

/** What a client missed while it was away. */
function eventStore() {
  const events: { id: string; stream: string; message: unknown }[] = [];
  return {
    async storeEvent(stream: string, message: unknown): Promise<string> {
      const id = `${stream}::${events.length}`;
      events.push({ id, stream, message });
      return id;
    },
    async replayEventsAfter(
      last: string,
      { send }: { send: (id: string, message: never) => Promise<void> },
    ): Promise<string> {
      const at = events.findIndex(({ id }) => id === last);
      const stream = events[at]?.stream ?? '';
      for (const event of events.slice(at + 1)) {
        if (event.stream === stream) await send(event.id, event.message as never);
      }
      return stream;
    },
  };
}
