// @ts-check
// A server of the official SDK's version 2 over stdio: one connection, one session, counted by `instrument`.
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createAnalytics } from 'dot-ai-analytics';
import { instrument } from 'dot-ai-analytics/mcp';
import { z } from 'zod';

const analytics = createAnalytics({ tools: ['echo', 'divide', 'version'], features: [] });
/** @param {unknown} value */
const text = (value) => ({ content: [{ type: /** @type {const} */ ('text'), text: String(value) }] });

function createServer() {
  const server = new McpServer({ name: 'sdk-v2-stdio', version: '1.0.0' }, { capabilities: { tools: {} } });
  instrument(server, analytics); // before the tools are registered
  server.registerTool('echo', { inputSchema: z.object({ message: z.string() }) }, ({ message }) => text(message));
  server.registerTool('divide', { inputSchema: z.object({ by: z.number() }) }, ({ by }) => {
    if (by === 0) throw new RangeError('nothing can be divided by zero');
    return text(1 / by);
  });
  server.registerTool('version', {}, () => text(analytics.statusLine()));
  return server;
}

serveStdio(createServer);
// How a client ends a server over stdio. Nothing else keeps the process alive.
process.stdin.on('end', () => analytics.close());
