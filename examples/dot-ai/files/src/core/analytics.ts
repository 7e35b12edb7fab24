/**
 * Usage Analytics
 *
 * Counts which tools are used, how they end and how long they take. Opt-in: off
 * until the operator sets `analytics.enabled` in the Helm chart. No identifier,
 * argument, result or message is recorded. It is separate from ./telemetry,
 * which is on by default.
 *
 * See docs/ai-engine/operations/analytics.md
 */

import { createAnalytics, dotAiVocabulary } from 'dot-ai-analytics';

/**
 * The one tracker of this process. None of its methods throws.
 *
 * The PostHog project is one of its own: in the project of ./telemetry, the
 * times at which events arrive would link reports to clusters.
 */
export const analytics = createAnalytics({
  ...dotAiVocabulary,
  posthog: { host: 'https://eu.i.posthog.com', key: 'phc_YOUR_KEY' },
  hint: process.env.DOT_AI_ANALYTICS_HINT !== 'false' && {
    text:
      'dot-ai can share anonymous usage counts with its maintainers. This is off and stays off unless the operator ' +
      'of this server sets the Helm value `analytics.enabled` to true. ' +
      '`kubectl exec deploy/dot-ai-mcp -- dot-ai-analytics preview` shows exactly what would be sent.',
  },
});

/** The stages of the recommend workflow that are counted. */
export type Stage = (typeof dotAiVocabulary.features)[number];

/**
 * For one call of recommend: counts the first stage that it is given.
 */
export function stageCounter(): (stage: Stage) => void {
  let isCounted = false;
  return stage => {
    if (isCounted) return;
    isCounted = true;
    analytics.feature(stage);
  };
}

/**
 * What `version` says about ./telemetry, beside `analytics.statusLine()`.
 */
export function telemetryLine(enabled: boolean): string {
  return enabled
    ? 'Telemetry: enabled (on by default, with a stable cluster id; DOT_AI_TELEMETRY=false turns it off)'
    : 'Telemetry: disabled (DOT_AI_TELEMETRY=false)';
}
