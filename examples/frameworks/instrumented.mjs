// What does not work: `instrument` on a framework's own object. The argument names the framework.
import { createAnalytics } from 'dot-ai-analytics';
import { instrument } from 'dot-ai-analytics/mcp';
import { z } from 'zod';

const analytics = createAnalytics({ tools: ['echo', 'divide'], features: [] });
const about = { name: 'instrumented', version: '1.0.0' };
const description = 'repeats a message';
const parameters = z.object({ message: z.string().describe('what to repeat') });
const echo = async ({ message }) => message;

const START = {
  async fastmcp() {
    const { FastMCP } = await import('fastmcp');
    const server = instrument(new FastMCP(about), analytics);
    server.addTool({ name: 'echo', description, parameters, execute: echo });
    await server.start({ transportType: 'stdio' });
  },
  async 'mcp-framework'() {
    const { MCPServer, MCPTool } = await import('mcp-framework');
    const server = instrument(new MCPServer({ ...about, basePath: import.meta.dirname }), analytics);
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
    await instrument(new MCPServer({ ...about, tools: { echo: tool } }), analytics).startStdio();
  },
};

process.stdin.on('end', () => analytics.close());
await START[process.argv[2]]();
