import { debug } from '../../platform/debug.js';
import { AnalyticsError, causeOf } from '../../platform/errors.js';
import { guard } from '../../platform/guard.js';
import { canonicalVocabulary, checkVocabulary, foldProvider, OTHER } from '../../schema/vocabulary.js';
import { endpointProblem } from '../consent/destination.js';
import { FEATURE_CELLS, PROVIDER_CELLS } from '../record/cells.js';
import { noticeConsent, shutDown } from './background.js';
import { createFeedback } from './feedback.js';
import { type Hint, NO_HINT } from './hint.js';
import { DISABLED, INERT, INERT_SESSION } from './inert.js';
import type { Analytics, AnalyticsOptions, Environment } from './options.js';
import { countUse } from './recorder.js';
import { createSession } from './session.js';
import { createTracker, type Tracker } from './tracker.js';

/** The key under which adapters find the internals of a tracker, even across two copies of this package. */
export const INTERNALS = Symbol.for('dot-ai-analytics.internals');

export interface Internals {
  readonly hint: Hint;
  readonly classify: AnalyticsOptions['classify'];
  /** Counts one use of a feature, if this is the name of a declared one. */
  countIfDeclared(feature: unknown): void;
  /** The warnings that the host has seen. */
  readonly warned: Set<string>;
}

/**
 * Creates a server's tracker. While off it does nothing: no file, no timer, no socket, no module for sending. If
 * anything fails, the tracker is one that is off for good.
 *
 * @param options the server's names; for dot-ai, spread `dotAiVocabulary`
 * @throws AnalyticsError `BAD_VOCABULARY` if the declared names break the bounds: a mistake in the server's code, which
 *   shows the first time that it starts
 */
export function createAnalytics<const Tool extends string, const Feature extends string>(
  options: AnalyticsOptions<Tool, Feature>,
  environment: Environment = {},
): Analytics<Tool, Feature> {
  try {
    checkVocabulary(options);
    return start({ ...options, ...canonicalVocabulary(options) }, environment);
  } catch (error) {
    if (error instanceof AnalyticsError) throw error;
    debug('create: %s', causeOf(error));
    const internals: Internals = { hint: NO_HINT, classify: undefined, countIfDeclared() {}, warned: new Set() };
    return Object.defineProperty({ ...INERT } as Analytics<Tool, Feature>, INTERNALS, { value: internals });
  }
}

function start<Tool extends string, Feature extends string>(
  options: AnalyticsOptions,
  environment: Environment,
): Analytics<Tool, Feature> {
  warnOfUnusable(options.posthog);
  const tracker = createTracker(options, environment);
  const { hint } = tracker;
  const feedback = createFeedback(tracker.env, hint, environment.random ?? Math.random);
  guard(() => noticeConsent(tracker), 'consent');
  const analytics: Analytics<Tool, Feature> = {
    session: () => guard(() => createSession<Tool>(tracker), 'session') ?? INERT_SESSION,
    run: createSession<Tool>(tracker, false).run,
    tool: (name) => guard(() => tracker.foldTool(name) as Tool, 'tool') ?? 'other',
    feature: (name) => guard(() => countFeature(tracker, tracker.foldFeature(name)), 'count'),
    provider: (name) => guard(() => countUse(tracker, 'provider', foldProvider(name), PROVIDER_CELLS), 'count'),
    hint: () => guard(() => hint.claim(), 'hint'),
    feedback: () => guard(() => feedback.claim(), 'feedback'),
    statusLine: () => guard(() => statusLine(tracker), 'consent') ?? DISABLED,
    close: () => guard(() => closeAgain(tracker), 'close') ?? Promise.resolve(),
  };
  const countIfDeclared = (name: unknown) => {
    const feature = tracker.foldFeature(name);
    if (feature !== OTHER) countFeature(tracker, feature);
  };
  const internals: Internals = { hint, classify: options.classify, countIfDeclared, warned: new Set() };
  return Object.defineProperty(analytics, INTERNALS, { value: internals });
}

/** Otherwise a destination that is misspelled in the server's code would look like one that nobody named. */
function warnOfUnusable(posthog: AnalyticsOptions['posthog']): void {
  const problem = posthog === undefined ? undefined : guard(() => endpointProblem(posthog));
  if (problem === undefined) return;
  const text = `dot-ai-analytics: "posthog" cannot be used: ${problem}; what is counted stays on this machine`;
  guard(() => process.emitWarning(text, { code: 'DOT_AI_ANALYTICS_DESTINATION' }), 'warning');
}

function countFeature(tracker: Tracker, feature: string): void {
  countUse(tracker, 'feature', feature, FEATURE_CELLS);
}

function statusLine({ gate }: Tracker): string {
  return gate.check().enabled ? 'Analytics: enabled (anonymous usage data)' : DISABLED;
}

/** A server may close before it waits for the calls under way, and again when they have ended. */
function closeAgain(tracker: Tracker): Promise<void> {
  const before = tracker.closing;
  tracker.closing = end(tracker, before);
  return tracker.closing;
}

/** Never rejects. */
async function end(tracker: Tracker, before: Promise<void> | undefined): Promise<void> {
  try {
    await before; // this also lets `close()` return before the work begins, so that it does not delay the caller (P6)
    await shutDown(tracker);
  } catch (error) {
    debug('close: %s', causeOf(error));
  }
}
