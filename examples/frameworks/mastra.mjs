// @ts-check
// A server of Mastra over stdio. It makes its SDK servers itself, so its tools are counted where they run.
import { createTool } from '@mastra/core/tools';
import { MCPServer } from '@mastra/mcp';
import { createAnalytics } from 'dot-ai-analytics';
import { z } from 'zod';

const analytics = createAnalytics({ tools: ['echo', 'divide'], features: [] });

/**
 * A tool whose calls are counted. Mastra speaks the revision of 2026-07-28, which has no sessions.
 * @type {typeof createTool}
 */
const counted = (tool) => {
  const { id, execute } = tool;
  return createTool({
    ...tool,
    execute: execute && ((input, context) => analytics.run(analytics.tool(id), () => execute(input, context))),
  });
};

const server = new MCPServer({
  name: 'mastra-counted',
  version: '1.0.0',
  tools: {
    echo: counted({
      id: 'echo',
      description: 'repeats a message',
      inputSchema: z.object({ message: z.string() }),
      execute: async ({ message }) => message,
    }),
    divide: counted({
      id: 'divide',
      description: 'divides one by a number',
      inputSchema: z.object({ by: z.number() }),
      execute: async ({ by }) => {
        if (by === 0) throw new RangeError('nothing can be divided by zero');
        return 1 / by;
      },
    }),
  },
});

await server.startStdio();
process.stdin.on('end', () => analytics.close()); // how a client ends a server over stdio
