import type { Category, Vocabulary } from './vocabulary.js';

/**
 * dot-ai answers a failed operation with an ordinary result, whose text is `{"success": false, …}` or
 * `{"status": "failed", …}`, and a refusal with `{"error": "FORBIDDEN", …}`.
 */
const MAY_HAVE_FAILED = /"success"\s*:\s*false|"status"\s*:\s*"(?:failed|error)"|"error"\s*:\s*"FORBIDDEN"/;

/** A failure's text is short; parsing a long result would cost the host more than the answer is worth. */
const MAX_CHARACTERS = 64 * 1024;

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
    if ((result as { success?: unknown } | null | undefined)?.success === false) return 'operation'; // REST, or a plain function
    const [first] = (result as TextResult | undefined)?.content ?? [];
    if (first?.type !== 'text' || typeof first.text !== 'string') return undefined;
    return failureIn(first.text);
  },
} as const satisfies Vocabulary & { classify: unknown };

function failureIn(text: string): Category | undefined {
  if (text.length > MAX_CHARACTERS || !text.startsWith('{') || !MAY_HAVE_FAILED.test(text)) return undefined;
  try {
    const { success, status, error } = JSON.parse(text) as Record<string, unknown>;
    if (error === 'FORBIDDEN') return 'authorization';
    return success === false || status === 'failed' || status === 'error' ? 'operation' : undefined;
  } catch {
    return undefined; // a text that only mentions it
  }
}
