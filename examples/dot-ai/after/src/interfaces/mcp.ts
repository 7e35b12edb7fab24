import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { analytics, type Counting, withHint } from '../core/analytics';
import { guarded, isRefusal } from '../core/rbac';
import { withToolTracing } from '../core/tool-tracing';
import { TOOLS } from '../tools';
import { json, type Tool } from '../tools/tool';
import { VERSION } from '../tools/version';

/** One MCP connection. The SDK's server object speaks to one client only, so each gets its own. */
interface McpSession {
  readonly server: McpServer;
  readonly transport: StreamableHTTPServerTransport;
  readonly counting: Counting;
}

const sessions = new Map<string, McpSession>();

export async function handleMcp(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const id = request.headers['mcp-session-id'];
  const session = id === undefined ? await openSession() : sessions.get(String(id));
  if (session === undefined) response.writeHead(404).end();
  else await session.transport.handleRequest(request, response);
}

export async function closeSessions(): Promise<void> {
  for (const { server } of sessions.values()) await server.close();
}

async function openSession(): Promise<McpSession> {
  const server = new McpServer({ name: 'dot-ai', version: VERSION }, { capabilities: { tools: {} } });
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => {
      sessions.set(id, session);
    },
  });
  transport.onclose = () => sessions.delete(transport.sessionId ?? '');
  const session: McpSession = { server, transport, counting: analytics.session() };
  for (const tool of TOOLS) register(session, tool);
  await server.connect(transport);
  return session;
}

function register(session: McpSession, { name, description, inputSchema, handle }: Tool): void {
  session.server.registerTool(name, { description, inputSchema }, async (args) => {
    const client = session.server.server.getClientVersion()?.name ?? 'unknown';
    try {
      // REST passes on the first block alone: a hint there would be used up and not seen.
      return withHint(await withToolTracing(name, args, guarded(name, handle), { client, counting: session.counting }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return json({ error: 'FORBIDDEN', message: error.message });
    }
  });
}
