// The reference server "everything", of version 1 of the SDK, as it was published.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { counted } from './counted.js';

// The server is made and its tools are registered in one go, in a file that is not ours: it is met at the first tool.
const prototype = McpServer.prototype as unknown as { registerTool: (...tool: unknown[]) => unknown };
const { registerTool } = prototype;
const met = new WeakSet();
prototype.registerTool = function (this: InstanceType<typeof McpServer>, ...tool: unknown[]) {
  if (met.has(this)) return registerTool.apply(this, tool); // from within what `counted` made of it
  met.add(this);
  return (counted(this) as unknown as typeof prototype).registerTool(...tool);
};

const folder = new URL('../node_modules/@modelcontextprotocol/server-everything/dist/', import.meta.url);
await import(String(new URL('index.js', folder)));
