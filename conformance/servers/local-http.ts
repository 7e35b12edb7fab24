// HTTP for this machine only.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Handle = (request: IncomingMessage, response: ServerResponse, body?: unknown) => Promise<void>;

/** Serves on a free port of this machine, says which, and refuses other names than its own (DNS rebinding). */
export function serve(handle: Handle): void {
  const http = createServer(async (request, response) => {
    if (!isLocal(request.headers.host) || !isLocal(request.headers.origin?.replace(/^https?:\/\//, ''))) {
      return refuse(response, 403, 'Forbidden');
    }
    const text = await bodyOf(request);
    await handle(request, response, text === '' ? undefined : JSON.parse(text));
  });
  http.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
    process.stderr.write(`listening on http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp\n`);
  });
}

const isLocal = (host?: string): boolean =>
  host === undefined || /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32000, message }, id: null }));
}
