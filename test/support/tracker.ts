import { MAX_LOOK_AGE_MS } from '../../src/core/consent/gate.js';
import { type Analytics, type AnalyticsOptions, createAnalytics, dotAiVocabulary } from '../../src/index.js';
import { type FixedClock, fixedClock } from '../../src/testing/index.js';
import type { TestHome } from './home.js';

export const vocabulary = dotAiVocabulary;
type Tool = (typeof dotAiVocabulary.tools)[number];
type Feature = (typeof dotAiVocabulary.features)[number];

export interface TestTracker {
  readonly analytics: Analytics<Tool, Feature>;
  readonly clock: FixedClock;
  /** Counts this many successful calls. */
  use(tool: Tool, times?: number): Promise<void>;
}

/** A tracker in this process on a kept folder, with a clock that stands still and quick upkeep. */
export function testTracker(
  { env }: TestHome,
  options: Partial<AnalyticsOptions<Tool, Feature>> = {},
  { now = '2026-11-23T10:00:00Z', timing = { tick: 10, startSpread: 1, interval: 50 } } = {},
): TestTracker {
  const clock = fixedClock(now);
  const analytics = createAnalytics<Tool, Feature>(
    { ...dotAiVocabulary, ephemeral: false, ...options },
    { env, clock, timing },
  );
  const session = analytics.session();
  return {
    analytics,
    clock,
    async use(tool, times = 1) {
      for (let call = 0; call < times; call += 1) await session.run(tool, async () => ({}));
    },
  };
}

/** Until every running server has to look at config.json and its spool file again before it counts. */
export function nextLook(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, MAX_LOOK_AGE_MS + 1));
}

/** Waits until something holds; fails the test after ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen within 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
