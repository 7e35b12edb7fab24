// @ts-check
// A real MCP server for the campaign: dot-ai's tools, a clock that all servers read from one file, quick upkeep.
import { readFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
import { instrument } from 'dot-ai-analytics/mcp';

const { CLOCK_FILE = '', POSTHOG_HOST: host = '', POSTHOG_KEY: key = '' } = process.env;

const analytics = createAnalytics(
  { ...dotAiVocabulary, ephemeral: false, posthog: { host, key } },
  { clock: () => Number(readFileSync(CLOCK_FILE, 'utf8')), timing: { tick: 15, startSpread: 20, interval: 60 } },
);
const server = instrument(
  new McpServer({ name: 'campaign', version: '1' }, { capabilities: { tools: {} } }),
  analytics,
);
for (const tool of dotAiVocabulary.tools) server.registerTool(tool, {}, async () => ({ content: [] }));
process.stdin.on('end', () => analytics.close());
await server.connect(new StdioServerTransport());
