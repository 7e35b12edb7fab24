import { debug } from '../../platform/debug.js';
import { causeOf } from '../../platform/errors.js';
import { guard } from '../../platform/guard.js';
import { checkVocabulary, foldProvider } from '../../schema/vocabulary.js';
import { FEATURE_CELLS, PROVIDER_CELLS } from '../record/cells.js';
import { noticeConsent, shutDown } from './background.js';
import { createFeedback } from './feedback.js';
import type { Hint } from './hint.js';
import type { Analytics, AnalyticsOptions, Environment } from './options.js';
import { countUse } from './recorder.js';
import { createSession } from './session.js';
import { createTracker, type Tracker } from './tracker.js';

/** Where the adapters find what the public interface does not show, also across two copies of this package. */
export const INTERNALS = Symbol.for('dot-ai-analytics.internals');

export interface Internals {
  readonly hint: Hint;
  readonly classify: AnalyticsOptions['classify'];
  /** The warnings that the host has seen. */
  readonly warned: Set<string>;
}

/**
 * Creates a server's tracker. While off it does nothing: no file, no timer, no socket, no module for sending.
 *
 * @param options the server's names; for dot-ai, spread `dotAiVocabulary`
 * @throws AnalyticsError `BAD_VOCABULARY` if the declared names break the bounds: a mistake in the server's code, which
 *   shows the first time that it starts
 */
export function createAnalytics<const Tool extends string, const Feature extends string>(
  options: AnalyticsOptions<Tool, Feature>,
  environment: Environment = {},
): Analytics<Tool, Feature> {
  checkVocabulary(options);
  const tracker = createTracker(options, environment);
  const feedback = createFeedback(tracker.env, tracker.hint, environment.random ?? Math.random);
  guard(() => noticeConsent(tracker), 'consent');
  const analytics: Analytics<Tool, Feature> = {
    session: () => createSession(tracker),
    run: createSession<Tool>(tracker, false).run,
    tool: (name) => tracker.foldTool(name) as Tool | 'other',
    feature: (name) => countUse(tracker, 'feature', tracker.foldFeature(name), FEATURE_CELLS),
    provider: (name) => countUse(tracker, 'provider', foldProvider(name), PROVIDER_CELLS),
    hint: () => guard(tracker.hint.claim, 'hint'),
    feedback: () => guard(feedback.claim, 'feedback'),
    statusLine: () => statusLine(tracker),
    close: () => closeOnce(tracker),
  };
  const internals: Internals = { hint: tracker.hint, classify: options.classify, warned: new Set() };
  return Object.defineProperty(analytics, INTERNALS, { value: internals });
}

function statusLine({ gate }: Tracker): string {
  return guard(() => gate.check().enabled, 'consent')
    ? 'Analytics: enabled (anonymous usage data)'
    : 'Analytics: disabled (opt-in with DOT_AI_ANALYTICS=true)';
}

/** The work begins after this returns, so that it does not delay the caller (P6). */
function closeOnce(tracker: Tracker): Promise<void> {
  tracker.closing ??= Promise.resolve()
    .then(() => shutDown(tracker))
    .catch((error: unknown) => debug('close: %s', causeOf(error)));
  return tracker.closing;
}
