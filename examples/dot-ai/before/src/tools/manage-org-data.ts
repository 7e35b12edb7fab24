import { z } from 'zod';
import { json, type Tool } from './tool';

export const manageOrgData: Tool = {
  name: 'manageOrgData',
  description: 'Manages capabilities',
  inputSchema: { dataType: z.string(), operation: z.string() },
  async handle({ dataType, operation }: { dataType: string; operation: string }) {
    if (operation !== 'list') return json({ success: false, error: `${operation} is no operation` });
    return json({ success: true, dataType, items: [] });
  },
};
