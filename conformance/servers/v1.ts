// A server of version 1 of the SDK with what the suite asks for, over HTTP with sessions.
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CompleteRequestSchema,
  ResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { PROMPTS, RESOURCES, templateData } from './contents.js';
import { counted } from './counted.js';
import { serve } from './local-http.js';
import { sessions } from './sessions.js';
import { TOOLS } from './tools.js';

const capabilities = { tools: {}, resources: { subscribe: true }, prompts: {}, logging: {}, completions: {} };
const shapeOf = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, z.string()]));

function createServer(transport: StreamableHTTPServerTransport): McpServer {
  const server = counted(new McpServer({ name: 'conformance-v1', version: '1.0.0' }, { capabilities }));
  addTools(server, transport);
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
      const config = { description: name, argsSchema: shapeOf(args) };
      server.registerPrompt(name, config, (given) => ({ messages: messages(given) }));
    }
  }
  server.server.setRequestHandler(SubscribeRequestSchema, () => ({}));
  server.server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  server.server.setRequestHandler(CompleteRequestSchema, () => ({
    completion: { values: [], total: 0, hasMore: false },
  }));
  return server;
}

function addTools(server: McpServer, transport: StreamableHTTPServerTransport): void {
  for (const [name, tool] of Object.entries(TOOLS)) {
    const config = { description: name, inputSchema: shapeOf(tool.args) };
    server.registerTool(name, config, async (args, extra) => {
      const result = await tool.run({
        args,
        progressToken: extra._meta?.progressToken,
        notify: (method, params) => extra.sendNotification({ method, params } as never),
        ask: (method, params) => extra.sendRequest({ method, params } as never, ResultSchema),
        closeStream: () => transport.closeSSEStream(extra.requestId),
      });
      return result as never;
    });
  }
  const person = { name: z.string().optional(), address: z.object({ city: z.string().optional() }).optional() };
  server.registerTool('json_schema_2020_12_tool', { description: 'a person', inputSchema: person }, () => ({
    content: [],
  }));
}

serve(
  sessions(async (options) => {
    const transport = new StreamableHTTPServerTransport(options);
    await createServer(transport).connect(transport as never);
    return transport;
  }),
);
