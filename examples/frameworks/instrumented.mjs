// @ts-check
// What does not work: `instrument` on a framework's own object. The argument names the framework.
import { createAnalytics } from 'dot-ai-analytics';
import { instrument } from 'dot-ai-analytics/mcp';
import { z } from 'zod';

const analytics = createAnalytics({ tools: ['echo', 'divide'], features: [] });
const about = /** @type {const} */ ({ name: 'instrumented', version: '1.0.0' });
const description = 'repeats a message';
const parameters = z.object({ message: z.string().describe('what to repeat') });
/** @param {{ message: string }} input */
const echo = async ({ message }) => message;

/**
 * What TypeScript would refuse is `any` here: JavaScript does not.
 * @type {Readonly<Record<string, () => Promise<void>>>}
 */
const START = {
  async fastmcp() {
    const { FastMCP } = await import('fastmcp');
    const server = instrument(/** @type {any} */ (new FastMCP(about)), analytics);
    server.addTool({ name: 'echo', description, parameters, execute: echo });
    await server.start({ transportType: 'stdio' });
  },
  async 'mcp-framework'() {
    const { MCPServer, MCPTool } = await import('mcp-framework');
    const server = instrument(
      /** @type {any} */ (new MCPServer({ ...about, basePath: import.meta.dirname })),
      analytics,
    );
    server.addTool(
      class extends MCPTool {
        name = 'echo';
        description = description;
        schema = parameters;
        execute = echo;
      },
    );
    await server.start();
  },
  async mastra() {
    const { createTool } = await import('@mastra/core/tools');
    const { MCPServer } = await import('@mastra/mcp');
    const tool = createTool({ id: 'echo', description, inputSchema: parameters, execute: echo });
    /** @type {any} */
    const server = new MCPServer({ ...about, tools: { echo: tool } });
    await instrument(server, analytics).startStdio();
  },
};

process.stdin.on('end', () => analytics.close());
await START[process.argv[2] ?? '']?.();
