// A server of version 2 of the SDK with what the suite asks for, over HTTP: with sessions for clients of older
// revisions of the specification, and a server object per request for those of 2026-07-28.
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import {
  classifyInboundRequest,
  createMcpHandler,
  type McpHttpHandler,
  McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { PROMPTS, RESOURCES, templateData } from './contents.js';
import { counted } from './counted.js';
import { type Handle, serve } from './local-http.js';
import { addNewerTools } from './newer-tools.js';
import { addRounds, states } from './rounds.js';
import { sessions } from './sessions.js';
import { TOOLS } from './tools.js';

const capabilities = {
  tools: { listChanged: true },
  resources: { subscribe: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};
const schemaOf = (names: readonly string[]) => z.object(Object.fromEntries(names.map((name) => [name, z.string()])));

function createServer(transport?: NodeStreamableHTTPServerTransport): McpServer {
  const options = { capabilities, requestState: { verify: states.verify } };
  const server = counted(new McpServer({ name: 'conformance-v2', version: '1.0.0' }, options));
  addTools(server, transport);
  addNewerTools(server, modern.notify);
  addRounds(server);
  for (const { uri, mimeType, content } of RESOURCES) {
    server.registerResource(uri, uri, { mimeType }, () => ({ contents: [{ uri, mimeType, ...content } as never] }));
  }
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  server.registerResource('template', template, { mimeType: 'application/json' }, ({ href }, { id }) => ({
    contents: [{ uri: href, mimeType: 'application/json', text: templateData(id) }],
  }));
  for (const [name, { args, messages }] of Object.entries(PROMPTS)) {
    if (args.length === 0) server.registerPrompt(name, { description: name }, () => ({ messages: messages({}) }));
    else {
      const config = { description: name, argsSchema: schemaOf(args) };
      server.registerPrompt(name, config, (given) => ({ messages: messages(given) }));
    }
  }
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
  server.server.setRequestHandler('completion/complete', () => ({
    completion: { values: [], total: 0, hasMore: false },
  }));
  return server;
}

function addTools(server: McpServer, transport?: NodeStreamableHTTPServerTransport): void {
  for (const [name, tool] of Object.entries(TOOLS)) {
    const config = { description: name, inputSchema: schemaOf(tool.args) };
    server.registerTool(name, config, async (args, { mcpReq }) => {
      const result = await tool.run({
        args,
        progressToken: mcpReq._meta?.progressToken,
        notify: (method, params) => mcpReq.notify({ method, params } as never),
        ask: (method, params) => mcpReq.send({ method, params } as never) as never,
        closeStream: () => transport?.closeSSEStream(mcpReq.id),
      });
      return result as never;
    });
  }
}

const modern: McpHttpHandler = createMcpHandler(() => createServer());
const handleModern = toNodeHandler(modern) as Handle;
const handleLegacy = sessions(async (options) => {
  const transport = new NodeStreamableHTTPServerTransport(options);
  await createServer(transport).connect(transport);
  return transport;
});
const header = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

serve(async (request, response, body) => {
  const { kind } = classifyInboundRequest({
    httpMethod: request.method ?? '',
    protocolVersionHeader: header(request.headers['mcp-protocol-version']),
    mcpMethodHeader: header(request.headers['mcp-method']),
    body,
  } as never);
  await (kind === 'legacy' ? handleLegacy : handleModern)(request, response, body);
});
