import { withNotice } from 'dot-ai-analytics/mcp';
import { z } from 'zod';
import { askProvider } from '../core/ai-provider';
import { analytics } from '../core/analytics';
import { AppError } from '../core/errors';
import { requireAccess } from '../core/rbac';
import { json, type Tool, type ToolResult } from './tool';

/** One tool for a whole workflow: its stage says where in it a call is. */
export const recommend: Tool = {
  name: 'recommend',
  description: 'Recommends how to deploy, stage by stage',
  inputSchema: { stage: z.string().optional(), intent: z.string().optional(), solutionId: z.string().optional() },
  async handle({ stage = 'recommend', intent, solutionId }: { stage?: string; intent?: string; solutionId?: string }) {
    if (stage === 'chooseSolution') return chooseSolution(solutionId);
    if (stage.startsWith('answerQuestion:')) return answerQuestion(solutionId);
    if (stage === 'generateManifests') return generateManifests(solutionId);
    if (stage === 'deployManifests') return deployManifests(solutionId);
    if (stage !== 'recommend' || !intent) throw new AppError('validation', 'an intent, or a known stage, is needed');
    return json({ success: true, solutionId: 'sol-1', reason: await askProvider(intent) });
  },
};

function chooseSolution(solutionId: string | undefined): ToolResult {
  analytics.feature('chooseSolution');
  return json({ success: true, solutionId, questions: ['How many replicas?'] });
}

function answerQuestion(solutionId: string | undefined): ToolResult {
  analytics.feature('answerQuestion');
  return json({ success: true, solutionId, questions: [] });
}

async function generateManifests(solutionId: string | undefined): Promise<ToolResult> {
  analytics.feature('generateManifests');
  return json({ success: true, solutionId, manifests: await askProvider('manifests') });
}

/** Where the workflow ends. A deployment that fails is an answer, not an error. */
function deployManifests(solutionId: string | undefined): ToolResult {
  requireAccess('recommend', 'apply');
  analytics.feature('deployManifests');
  if (solutionId !== 'sol-1') return json({ success: false, message: 'no such solution' });
  return withNotice(json({ success: true, solutionId, message: 'deployed' }), analytics.feedback);
}
