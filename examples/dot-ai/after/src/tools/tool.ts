import type { ZodRawShape } from 'zod';
import type { ToolName } from '../core/analytics';

/** What every tool answers: JSON in the first text block, notes for people after it. */
export interface ToolResult {
  readonly [key: string]: unknown;
  readonly content: { type: 'text'; text: string }[];
}

export interface Tool {
  readonly name: ToolName;
  readonly description: string;
  readonly inputSchema: ZodRawShape;
  handle(args: Record<string, unknown>): Promise<ToolResult>;
}

export function json(value: unknown): ToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }] };
}
