// @ts-check
// A server of fastmcp over stdio. It makes its SDK servers itself, so its tools are counted where they run.
import { createAnalytics } from 'dot-ai-analytics';
import { FastMCP } from 'fastmcp';
import { z } from 'zod';

const analytics = createAnalytics({ tools: ['echo', 'divide'], features: [] });
const session = analytics.session(); // over stdio a process has one connection

/**
 * A tool whose calls are counted.
 * @template {import('fastmcp').ToolParameters} Input
 * @param {import('fastmcp').Tool<import('fastmcp').FastMCPSessionAuth, Input>} tool
 * @returns {import('fastmcp').Tool<import('fastmcp').FastMCPSessionAuth, Input>}
 */
const counted = (tool) => ({
  ...tool,
  execute: (args, context) => session.run(analytics.tool(tool.name), () => tool.execute(args, context)),
});

const server = new FastMCP({ name: 'fastmcp-counted', version: '1.0.0' });
server.addTool(
  counted({
    name: 'echo',
    description: 'repeats a message',
    parameters: z.object({ message: z.string() }),
    execute: async ({ message }) => message,
  }),
);
server.addTool(
  counted({
    name: 'divide',
    description: 'divides one by a number',
    parameters: z.object({ by: z.number() }),
    execute: async ({ by }) => {
      if (by === 0) throw new RangeError('nothing can be divided by zero');
      return String(1 / by);
    },
  }),
);

await server.start({ transportType: 'stdio' });
process.stdin.on('end', () => analytics.close()); // how a client ends a server over stdio
