import { z } from 'zod';
import { askCluster } from '../core/cluster';
import { json, type Tool } from './tool';

export const remediate: Tool = {
  name: 'remediate',
  description: 'Finds out why something does not work',
  inputSchema: { issue: z.string() },
  async handle({ issue }: { issue: string }) {
    return json({ success: true, issue, events: await askCluster('/api/v1/events') });
  },
};
