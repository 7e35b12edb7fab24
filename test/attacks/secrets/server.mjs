// @ts-check
// An MCP server over HTTP in which every place that a server can see holds a secret. MARKERS: a file of them, by place.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
import { instrument } from 'dot-ai-analytics/mcp';
import { z } from 'zod';

const { MARKERS = '', POSTHOG_HOST: host = '' } = process.env;
/** @type {Record<import('./places.js').Place, string>} */
const markers = JSON.parse(readFileSync(MARKERS, 'utf8'));
let now = Date.parse('2026-11-23T10:00:00Z');
const analytics = createAnalytics(
  { ...dotAiVocabulary, ephemeral: false, posthog: { host, key: 'phc_test' } },
  { clock: () => now, timing: { tick: 5, startSpread: 1, interval: 1 } },
);
/** @param {unknown} value */
const text = (value) => ({ content: [{ type: /** @type {const} */ ('text'), text: String(value) }] });

function leakyError() {
  const error = new Error(markers.message, { cause: new Error(markers.cause) });
  class Leaky extends Error {}
  Object.defineProperty(Leaky, 'name', { value: markers.className });
  Object.setPrototypeOf(error, Leaky.prototype);
  return Object.assign(error, {
    name: markers.errorName,
    code: markers.code,
    status: markers.status,
    stack: `Error: ${markers.stack}\n    at ${markers.stack} (/${markers.stack}.js:1:1)`,
    response: { statusCode: 403, body: { reason: markers.reason, message: markers.kubernetes } },
  });
}

/** @type {Record<string, (args: { text?: string | undefined }) => Promise<import('@modelcontextprotocol/sdk/types.js').CallToolResult>>} */
const handlers = {
  recommend: async ({ text: given }) => text(`${given} ${markers.result}`),
  query: async () => {
    throw leakyError();
  },
  operate: async () => ({ ...text(markers.failedResult), isError: true }),
  remediate: async () =>
    text(JSON.stringify({ success: false, error: markers.softFailure, [markers.key]: markers.value })),
  version: async () => ({
    ...text('1'),
    structuredContent: { cluster: markers.structured },
    _meta: { trace: markers.meta },
  }),
  manageOrgData: () => Promise.reject(markers.rejectedString),
  projectSetup: async () => {
    analytics.feature(/** @type {'chooseSolution'} */ (markers.feature));
    analytics.provider(markers.provider);
    analytics.tool(markers.dynamicTool);
    await analytics.session().run(/** @type {'recommend'} */ (markers.runTool), async () => {});
    return text('counted');
  },
};

function serverFor() {
  const server = instrument(new McpServer({ name: markers.serverName, version: '1' }), analytics);
  for (const [name, handler] of Object.entries(handlers)) {
    server.registerTool(
      name,
      { description: markers.description, inputSchema: { text: z.string().optional() } },
      handler,
    );
  }
  server.registerTool(markers.toolName, { inputSchema: {} }, async () => text(markers.result));
  server.registerPrompt(markers.promptName, {}, async () => ({
    messages: [{ role: 'user', content: { type: 'text', text: markers.prompt } }],
  }));
  server.registerResource(markers.resourceName, `file:///${markers.resource}`, {}, async (uri) => ({
    contents: [{ uri: uri.href, text: markers.resourceText }],
  }));
  return server;
}

/** @type {Map<unknown, StreamableHTTPServerTransport>} */
const sessions = new Map();
const http = createServer(async (request, response) => {
  if (request.url === '/tomorrow') {
    now += 86_400_000;
    const clock = setInterval(() => {
      now += 5;
    }, 5);
    clock.unref();
    response.end();
    return;
  }
  if (request.url === '/close') {
    await analytics.close();
    response.end(() => process.exit(0));
    return;
  }
  const { token, clientId, scope, user, sessionId } = markers;
  const authorized = Object.assign(request, { auth: { token, clientId, scopes: [scope], extra: { user } } });
  const id = request.headers['mcp-session-id'];
  const transport = sessions.get(id) ?? (await connect(sessionId));
  await transport.handleRequest(authorized, response);
});
http.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (http.address());
  process.stdout.write(`${port}\n`);
});

/** @param {string} sessionId */
async function connect(sessionId) {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: () => sessionId,
    onsessioninitialized: (session) => void sessions.set(session, transport),
  });
  await serverFor().connect(transport);
  return transport;
}
