import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestContext } from '../core/request-context';
import { closeSessions, handleMcp } from '../interfaces/mcp';
import { handleRest, REST_PATH } from '../interfaces/rest';

const http = createServer((request, response) => {
  const user = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? 'anonymous';
  const handle = request.url?.startsWith(REST_PATH) ? handleRest : handleMcp;
  requestContext.run({ user }, () => handle(request, response)).catch(() => response.destroy());
});

async function shutDown(): Promise<void> {
  await closeSessions();
  await new Promise((resolve) => http.close(resolve));
  process.exit(0);
}

process.on('SIGTERM', shutDown);
process.on('SIGINT', shutDown);

http.listen(Number(process.env.PORT ?? 3456), '127.0.0.1', () => {
  process.stderr.write(`dot-ai listens on http://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
});
