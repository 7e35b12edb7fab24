import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { analytics } from '../core/analytics';
import { guarded, isRefusal } from '../core/rbac';
import { withToolTracing } from '../core/tool-tracing';
import { TOOLS } from '../tools';
import type { Tool } from '../tools/tool';

export const REST_PATH = '/api/v1/tools/';

/** The second door: the same tools, and of their answers the JSON in the first block. */
export async function handleRest(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = (status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const tool = TOOLS.find(({ name }) => request.url === `${REST_PATH}${name}`);
  if (tool === undefined) return void answer(404, { success: false, error: 'there is no such tool' });
  try {
    const args = z.object(tool.inputSchema).parse(JSON.parse(await text(request)));
    answer(200, { success: true, data: await execute(tool, args) });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    answer(isRefusal(error) ? 403 : 500, { success: false, error: message });
  }
}

async function execute({ name, handle }: Tool, args: Record<string, unknown>): Promise<unknown> {
  const result = await withToolTracing(name, args, guarded(name, handle), {
    client: 'rest',
    counting: analytics,
  });
  return JSON.parse(result.content[0]?.text ?? 'null');
}
