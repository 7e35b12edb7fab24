// @ts-check
// A server of mcp-framework over stdio. It makes its SDK servers itself, so its tools are counted where they run.
import { createAnalytics } from 'dot-ai-analytics';
import { MCPServer, MCPTool } from 'mcp-framework';
import { z } from 'zod';

const analytics = createAnalytics({ tools: ['echo', 'divide'], features: [] });
const session = analytics.session(); // over stdio a process has one connection

/** A tool whose calls are counted. `toolCall` checks the arguments too, so that refused ones are counted. */
// @ts-expect-error: it is abstract, as MCPTool is, and JavaScript has no word for that
class CountedTool extends MCPTool {
  /**
   * @override
   * @param {Parameters<MCPTool['toolCall']>[0]} request
   */
  toolCall(request) {
    return session.run(analytics.tool(this.name), () => super.toolCall(request));
  }
}

class Echo extends CountedTool {
  name = 'echo';
  description = 'repeats a message';
  schema = z.object({ message: z.string().describe('what to repeat') });
  /** @param {{ message: string }} input */
  async execute({ message }) {
    return message;
  }
}

class Divide extends CountedTool {
  name = 'divide';
  description = 'divides one by a number';
  schema = z.object({ by: z.number().describe('the divisor') });
  /** @param {{ by: number }} input */
  async execute({ by }) {
    if (by === 0) throw new RangeError('nothing can be divided by zero');
    return 1 / by;
  }
}

const server = new MCPServer({ name: 'mcp-framework-counted', version: '1.0.0', basePath: import.meta.dirname });
server.addTool(Echo);
server.addTool(Divide);
process.stdin.on('end', () => analytics.close()); // how a client ends a server over stdio
await server.start();
