import type { Category, Vocabulary } from './vocabulary.js';

/**
 * dot-ai answers a failed operation with an ordinary result. Its text is `{"success": false, …}` or
 * `{"status": "failed", …}`, and for a refusal `{"error": "FORBIDDEN", …}`.
 */
const MAY_HAVE_FAILED = /"success"\s*:\s*false|"status"\s*:\s*"(?:failed|error)"|"error"\s*:\s*"FORBIDDEN"/;

/** The text of a failure is short. A longer result is not parsed, to save the host's time. */
const MAX_CHARACTERS = 64 * 1024;

interface TextResult {
  readonly content?: readonly { readonly type?: unknown; readonly text?: unknown }[];
}

/** dot-ai's vocabulary: its tools, and the stages of a workflow. Spread it into the options of `createAnalytics`. */
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
  features: ['chooseSolution', 'answerQuestion', 'generateManifests', 'deployManifests', 'pushToGit'],
  classify(result: unknown): Category | undefined {
    // The REST API, or a plain function, returns the object itself.
    if ((result as { success?: unknown } | null | undefined)?.success === false) return 'operation';
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
    return undefined; // a text that only contains such words
  }
}
