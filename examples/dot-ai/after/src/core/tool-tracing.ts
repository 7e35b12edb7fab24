import { debuglog } from 'node:util';
import type { Counting, ToolName } from './analytics';

const trace = debuglog('dot-ai');

export interface ToolTracingOptions {
  readonly client: string;
  readonly counting: Counting;
}

/** The one place that every tool call comes through, from either door. */
export async function withToolTracing<Result, Args>(
  tool: ToolName,
  args: Args,
  handler: (args: Args) => Promise<Result>,
  options: ToolTracingOptions,
): Promise<Result> {
  const startedAt = performance.now();
  let ended = 'failed';
  try {
    const result = await options.counting.run(tool, () => handler(args));
    ended = 'ended';
    return result;
  } finally {
    trace('%s for %s %s after %d ms', tool, options.client, ended, performance.now() - startedAt);
  }
}
