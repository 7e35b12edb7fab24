// @ts-check
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { TOOL } from './peers.mjs';

/**
 * An MCP server with one tool, instrumented or not.
 *
 * @param {import('./peers.mjs').Instrument} instrument
 */
export function createServer(instrument) {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  instrument.instrument?.(server);
  const handler = async () => ({ content: [{ type: /** @type {const} */ ('text'), text: '{"success":true}' }] });
  server.registerTool(TOOL, { description: 'a tool' }, instrument.wrap?.(handler) ?? handler);
  instrument.track?.(server);
  return server;
}
