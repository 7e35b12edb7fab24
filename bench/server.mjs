// @ts-check
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { TOOLS } from './peers.mjs';

/**
 * An MCP server with dot-ai's nine tools, instrumented or not.
 *
 * @param {import('./peers.mjs').Instrument} instrument
 * @param {() => void} [work] what each call does before it answers
 */
export function createServer(instrument, work) {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  instrument.instrument?.(server);
  for (const tool of TOOLS) {
    const handler = async () => {
      work?.();
      return { content: [{ type: /** @type {const} */ ('text'), text: '{"success":true}' }] };
    };
    server.registerTool(tool, { description: 'a tool' }, instrument.wrap?.(handler, tool) ?? handler);
  }
  instrument.track?.(server);
  return server;
}
