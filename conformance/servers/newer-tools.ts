// Tools of SDK version 2 that only newer revisions of the specification ask for.
import { fromJsonSchema, type McpHttpHandler, type McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { text } from './contents.js';
import { JSON_SCHEMA_2020_12 } from './forms.js';

/** An argument that the client repeats as a header, for proxies. */
const WITH_HEADER = {
  type: 'object' as const,
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' }, level: { type: 'integer' } },
};

export function addNewerTools(server: McpServer, notify: McpHttpHandler['notify']): void {
  const done = () => ({ content: [text('done')] });
  const add = (name: string, schema: object, run: () => void = () => undefined) =>
    server.registerTool(name, { description: name, inputSchema: fromJsonSchema(schema as never) }, () => {
      run();
      return done();
    });
  const nothing = { type: 'object', properties: {} };
  add('json_schema_2020_12_tool', JSON_SCHEMA_2020_12);
  add('test_x_mcp_header', WITH_HEADER);
  add('test_streaming_elicitation', nothing);
  add('test_trigger_tool_change', nothing, () => notify.toolsChanged());
  add('test_trigger_prompt_change', nothing, () => notify.promptsChanged());
  const logging = { description: 'logs if asked to', inputSchema: z.object({}) };
  server.registerTool('test_logging_tool', logging, async (_args, { mcpReq }) => {
    await mcpReq.log('info', 'this was asked for');
    return done();
  });
}
