import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A received request, with its headers in order and the exact bytes of its body. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Answers a request. It may also not answer, or destroy the connection. */
export type Respond = (request: ReceivedRequest, response: ServerResponse) => void;

/** A destination on loopback that keeps received requests in memory. */
export interface MemoryDestination {
  /** For `createAnalytics({ posthog })`. */
  readonly posthog: { readonly host: string; readonly key: string };
  /** For the environment of a child process. */
  readonly env: { readonly DOT_AI_POSTHOG_HOST: string; readonly DOT_AI_POSTHOG_KEY: string };
  /** The requests received so far, oldest first. */
  readonly requests: readonly ReceivedRequest[];
  /** Changes how requests are answered from now on. Without an argument they are answered as PostHog does. */
  respondWith(respond?: Respond): void;
  close(): Promise<void>;
}

const accept: Respond = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":1}');
};

/** Starts a destination on 127.0.0.1, on a free port. */
export async function memoryDestination(key = 'phc_test'): Promise<MemoryDestination> {
  const requests: ReceivedRequest[] = [];
  let respond = accept;
  const server = createServer(async (incoming, response) => {
    const request = await receive(incoming);
    requests.push(request);
    respond(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    posthog: { host, key },
    env: { DOT_AI_POSTHOG_HOST: host, DOT_AI_POSTHOG_KEY: key },
    requests,
    respondWith(next = accept) {
      respond = next;
    },
    close: () => stop(server),
  };
}

async function receive(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    // the sender disconnected; the bytes that had arrived are kept
  }
  const { method = '', url: path = '', rawHeaders } = incoming;
  return { method, path, rawHeaders, body: Buffer.concat(chunks) };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
