import type { Category, Vocabulary } from '../schema/vocabulary.js';

/** dot-ai answers a failed operation with an ordinary result whose text is `{"success": false, …}`. */
const SOFT_FAILURE = /"success"\s*:\s*false/;

interface TextResult {
  readonly content?: readonly { readonly type?: unknown; readonly text?: unknown }[];
}

/**
 * dot-ai's own vocabulary: its tools, and the stages that a workflow goes through. Spread it into `createAnalytics`.
 */
export const dotAiVocabulary = {
  tools: [
    'recommend',
    'version',
    'manageOrgData',
    'remediate',
    'operate',
    'projectSetup',
    'query',
    'manageKnowledge',
    'impact_analysis',
  ],
  features: ['chooseSolution', 'answerQuestion', 'generateManifests', 'deployManifests'],
  classify(result: unknown): Category | undefined {
    const [first] = (result as TextResult | undefined)?.content ?? [];
    if (first?.type !== 'text' || typeof first.text !== 'string' || !SOFT_FAILURE.test(first.text)) return undefined;
    const { success } = JSON.parse(first.text) as { success?: unknown };
    return success === false ? 'operation' : undefined;
  },
} as const satisfies Vocabulary & { classify: unknown };
