import type { Category, Vocabulary } from './vocabulary.js';

/** dot-ai answers a failed operation with an ordinary result whose text is `{"success": false, …}`. */
const SOFT_FAILURE = /"success"\s*:\s*false/;

/** A failure's text is short; parsing a long result would cost the host more than the answer is worth. */
const MOST_CHARACTERS = 64 * 1024;

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
    if (first?.type !== 'text' || typeof first.text !== 'string') return undefined;
    return saysFailed(first.text) ? 'operation' : undefined;
  },
} as const satisfies Vocabulary & { classify: unknown };

function saysFailed(text: string): boolean {
  if (text.length > MOST_CHARACTERS || !text.startsWith('{') || !SOFT_FAILURE.test(text)) return false;
  try {
    return (JSON.parse(text) as { success?: unknown } | null)?.success === false;
  } catch {
    return false; // a text that only mentions it
  }
}
