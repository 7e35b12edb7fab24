// @ts-check
// A stdio MCP server with tools named like dot-ai's, which embeds the library the way dot-ai would.
// DEMO_NOW sets its clock, so that the demo can let a day pass.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
import { instrument } from 'dot-ai-analytics/mcp';
import { z } from 'zod';

const { DEMO_NOW, DEMO_POSTHOG_HOST: host = '', DEMO_POSTHOG_KEY: key = '' } = process.env;
const offset = DEMO_NOW ? Date.parse(DEMO_NOW) - Date.now() : 0;

const analytics = createAnalytics(
  { ...dotAiVocabulary, posthog: { host, key }, ephemeral: false },
  // The demo sends by hand, so this server must not be quicker.
  { clock: () => Date.now() + offset, timing: { startSpread: 3_600_000 } },
);

const server = new McpServer({ name: 'demo', version: '1.0.0' }, { capabilities: { tools: {} } });
instrument(server, analytics);

/** @param {unknown} value */
const text = (value) => ({ content: [{ type: /** @type {const} */ ('text'), text: JSON.stringify(value) }] });
/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

server.registerTool('recommend', { inputSchema: { intent: z.string() } }, async ({ intent }) => {
  await sleep(30);
  analytics.feature('chooseSolution');
  analytics.provider('anthropic_opus');
  return text({ success: true, solutions: [`a solution for: ${intent}`] });
});

server.registerTool('query', { inputSchema: { question: z.string() } }, async () => {
  await sleep(600);
  return text({ success: true, answer: 42 });
});

server.registerTool('remediate', { inputSchema: { issue: z.string() } }, async ({ issue }) => {
  throw Object.assign(new Error(`the cluster refused: ${issue}`), { code: 403, body: { kind: 'Status' } });
});

server.registerTool('operate', { inputSchema: { intent: z.string() } }, async () =>
  text({ success: false, error: 'not now' }),
);

server.registerTool('version', {}, async () => text({ version: '1.0.0', analytics: analytics.statusLine() }));

const stop = async () => {
  await server.close();
  await analytics.close();
};
process.stdin.on('end', stop);
await server.connect(new StdioServerTransport());
