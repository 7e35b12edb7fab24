import { types } from 'node:util';
import { monotonicClock } from '../../platform/clock.js';
import { guard } from '../../platform/guard.js';
import type { Category } from '../../schema/vocabulary.js';
import { categorize, isCategory } from '../record/categorize.js';
import { callCells, type Outcome } from '../record/cells.js';
import { type Chain, createChain } from '../record/session-chain.js';
import { UNCOUNTED } from './inert.js';
import type { AnalyticsOptions, Call, Session } from './options.js';
import { countCells, currentGeneration, mayRecord, requestPage } from './recorder.js';
import type { Tracker } from './tracker.js';

/** @param isConnection false: each call stands alone, so that it counts for no session and no step */
export function createSession<Tool extends string>(tracker: Tracker, isConnection = true): Session<Tool> {
  const chain = createChain();
  const begin = (tool: string, isChained: boolean) => beginCall(tracker, tool, isChained ? chain : undefined);
  return {
    begin: (tool, options) => guard(() => begin(tool, options?.chained ?? isConnection), 'count') ?? UNCOUNTED,
    // Nothing between the caller and its work can throw: code of this package is guarded (P6).
    run(tool, work) {
      const call = guard(() => begin(tool, isConnection), 'count') ?? UNCOUNTED;
      if (!call.isCounted) return work();
      let result: ReturnType<typeof work>;
      try {
        result = work();
      } catch (error) {
        call.end(categorize(error));
        throw error;
      }
      guard(() => endWhenDone(call, result, tool, tracker.options.classify), 'count');
      return result;
    },
  };
}

function beginCall(tracker: Tracker, name: string, chain: Chain | undefined): Call {
  return mayRecord(tracker) ? new CountedCall(tracker, tracker.foldTool(name), chain) : UNCOUNTED;
}

/** A class, so that a call costs the host one object and not a function for each method. */
class CountedCall implements Call {
  readonly isCounted = true;
  readonly #tracker: Tracker;
  readonly #tool: string;
  /** Undefined if the call belongs to no connection. */
  readonly #chain: Chain | undefined;
  /** The page that was open when the call began. */
  readonly #generation: number;
  /** The tool before it in the chain. */
  readonly #from: string | undefined;
  readonly #startedAt: number;
  #milliseconds: number | undefined;
  #isOpen = true;

  constructor(tracker: Tracker, tool: string, chain: Chain | undefined) {
    this.#tracker = tracker;
    this.#tool = tool;
    this.#chain = chain;
    this.#generation = currentGeneration(tracker);
    this.#from = chain?.follow(tool, this.#generation);
    this.#startedAt = monotonicClock();
  }

  stop(): number {
    return guard(() => this.#stop(), 'count') ?? 0;
  }

  end(outcome: Outcome): void {
    guard(() => this.#count(outcome), 'count');
  }

  abandon(): void {
    guard(() => {
      this.#isOpen = false;
      if (this.#from !== undefined) this.#chain?.unfollow(this.#tool, this.#from, this.#generation);
    }, 'count');
  }

  #stop(): number {
    this.#milliseconds ??= monotonicClock() - this.#startedAt;
    return this.#milliseconds;
  }

  #count(outcome: Outcome): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const milliseconds = this.#stop();
    const page = requestPage(this.#tracker);
    if (page === undefined) return;
    const tool = this.#tool;
    const chain = this.#chain;
    // If the page is not the one of the call's beginning, the call must not tell which tool came before: that call was
    // on another day, was deleted, or is in a report.
    const from = page.generation === this.#generation ? this.#from : chain?.follow(tool, page.generation);
    const nth = chain?.nth(tool, page.generation);
    countCells(this.#tracker, page, 'tool', tool, callCells({ tool, outcome, milliseconds, from, nth }));
  }
}

/** Ends the call when its result is there. */
function endWhenDone(call: Call, result: unknown, tool: string, classify: AnalyticsOptions['classify']): void {
  const endWith = (value: unknown) => {
    call.stop();
    call.end(outcomeOf(value, tool, classify));
  };
  const onValue = (value: unknown) => guard(() => endWith(value), 'count');
  const onError = (error: unknown) => guard(() => call.end(categorize(error)), 'count');
  // Our handlers are attached first, so a caller that awaits the same promise answers after the count. The promise's
  // own `then` is not called, because foreign code may have replaced it. A foreign thenable's `then` is not called
  // either, because it may do its work again (query builders do).
  if (!types.isPromise(result) || !follow(result, onValue, onError)) endWith(result);
}

/** False for a promise that cannot be followed: a subclass whose own constructor throws (p-lazy's does). */
function follow(
  promise: Promise<unknown>,
  onValue: (value: unknown) => void,
  onError: (error: unknown) => void,
): boolean {
  try {
    Promise.prototype.then.call(promise, onValue, onError);
    return true;
  } catch {
    return false;
  }
}

/**
 * A result with `isError` is a failure, and so is one that the server's own `classify` calls a failure. A `classify`
 * that throws is ignored, and a result that cannot be read has no `isError`.
 */
export function outcomeOf(result: unknown, tool: string, classify: AnalyticsOptions['classify']): Outcome {
  const failure = guard(() => classify?.(result, tool));
  if (isCategory(failure)) return failure;
  const isError = guard(() => (result as { isError?: unknown } | null | undefined)?.isError) === true;
  return failure === true || isError ? UNKNOWN_FAILURE : 'success';
}

/** The category of a tool that said that it failed, but not how. */
export const UNKNOWN_FAILURE: Category = 'operation';
