import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';
import { withNotice } from 'dot-ai-analytics/mcp';

/** Off until a person says yes. Host and key are public; whoever runs the server can name others. */
export const analytics = createAnalytics({
  ...dotAiVocabulary,
  posthog: { host: 'https://eu.i.posthog.com', key: 'phc_YOUR_KEY' },
});

/** A tool that is not declared does not compile. */
export type ToolName = (typeof dotAiVocabulary.tools)[number];
/** Counts calls: a session for each MCP connection, the tracker itself for what belongs to none. */
export type Counting = Pick<typeof analytics, 'run'>;

/** The one-time hint goes with a success only, which here is more than the absence of `isError`. */
export function withHint<Result>(result: Result): Result {
  return dotAiVocabulary.classify(result) === undefined ? withNotice(result, analytics.hint) : result;
}
