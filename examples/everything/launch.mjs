// @ts-check
// Starts the reference server "everything" as it was published, over stdio, and counts its tools.
import { readFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { createAnalytics } from 'dot-ai-analytics';
import { instrument } from 'dot-ai-analytics/mcp';

/** @type {string[]} */
const tools = JSON.parse(readFileSync(new URL('tools.json', import.meta.url), 'utf8'));
const analytics = createAnalytics({ tools, features: [] }); // names have hyphens, and are counted with underscores

// The server is made and its tools are registered in one go, in a file that is not ours: it is met at the first tool.
const { registerTool } = McpServer.prototype;
const met = new WeakSet();
McpServer.prototype.registerTool = function (...tool) {
  if (met.has(this)) return registerTool.apply(this, tool); // from within what `instrument` made of it
  met.add(this);
  return instrument(this, analytics).registerTool(...tool);
};

process.stdin.on('end', () => analytics.close()); // how a client ends a server over stdio
await import('@modelcontextprotocol/server-everything/dist/index.js');
