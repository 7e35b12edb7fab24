// @ts-check
// A server of the official SDK's version 2 over HTTP without sessions: a server object per request, all of them
// counted on one tracker. Calls are counted; sessions and steps are not, since there are none.
import { createServer } from 'node:http';
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { createAnalytics } from 'dot-ai-analytics';
import { instrument } from 'dot-ai-analytics/mcp';
import { z } from 'zod';

const analytics = createAnalytics({ tools: ['echo', 'divide', 'version'], features: [] });
/** @param {unknown} value */
const text = (value) => ({ content: [{ type: /** @type {const} */ ('text'), text: String(value) }] });

const mcp = createMcpHandler(() => {
  const server = new McpServer({ name: 'sdk-v2-http', version: '1.0.0' }, { capabilities: { tools: {} } });
  instrument(server, analytics); // before the tools are registered
  server.registerTool('echo', { inputSchema: z.object({ message: z.string() }) }, ({ message }) => text(message));
  server.registerTool('divide', { inputSchema: z.object({ by: z.number() }) }, ({ by }) => {
    if (by === 0) throw new RangeError('nothing can be divided by zero');
    return text(1 / by);
  });
  server.registerTool('version', {}, () => text(analytics.statusLine()));
  return server;
});
const handle = /** @type {import('node:http').RequestListener} */ (toNodeHandler(mcp));
const isLocalHost = localhostHostValidation();
const isLocalOrigin = localhostOriginValidation();

const http = createServer((request, response) => {
  if (isLocalHost(request, response) && isLocalOrigin(request, response)) handle(request, response);
});

process.on('SIGTERM', async () => {
  await mcp.close();
  await new Promise((resolve) => http.close(resolve));
  await analytics.close();
});

http.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (http.address());
  process.stderr.write(`listening on http://127.0.0.1:${port}/mcp\n`);
});
