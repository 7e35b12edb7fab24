import { z } from 'zod';
import { askProvider } from '../core/ai-provider';
import { AppError } from '../core/errors';
import { json, type Tool } from './tool';

export const query: Tool = {
  name: 'query',
  description: 'Answers questions about the cluster',
  inputSchema: { intent: z.string() },
  async handle({ intent }: { intent: string }) {
    if (intent.trim() === '') throw new AppError('validation', 'an intent is needed');
    return json({ success: true, summary: await askProvider(intent) });
  },
};
