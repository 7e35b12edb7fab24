import { types } from 'node:util';
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
    // Between the caller and its work stands nothing that can throw: what is ours is guarded (P6).
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
  return mayRecord(tracker) ? openCall(tracker, tracker.foldTool(name), chain) : UNCOUNTED;
}

/** A call as it began. */
interface Begun {
  readonly tool: string;
  /** Undefined if the call belongs to no connection. */
  readonly chain: Chain | undefined;
  readonly generation: number;
  /** The tool before it in the chain. */
  readonly from: string | undefined;
}

function openCall(tracker: Tracker, tool: string, chain: Chain | undefined): Call {
  const generation = currentGeneration(tracker);
  const begun: Begun = { tool, chain, generation, from: chain?.follow(tool, generation) };
  const startedAt = performance.now();
  let milliseconds: number | undefined;
  let isOpen = true;
  const stop = () => {
    milliseconds ??= performance.now() - startedAt;
    return milliseconds;
  };
  const end = (outcome: Outcome) => {
    if (!isOpen) return;
    isOpen = false;
    countCall(tracker, begun, outcome, stop());
  };
  const abandon = () => {
    isOpen = false;
    if (begun.from !== undefined) chain?.unfollow(tool, begun.from, generation);
  };
  return {
    isCounted: true,
    stop: () => guard(stop, 'count') ?? 0,
    end: (outcome) => guard(() => end(outcome), 'count'),
    abandon: () => guard(abandon, 'count'),
  };
}

function countCall(tracker: Tracker, { tool, chain, generation, from }: Begun, outcome: Outcome, took: number): void {
  const page = requestPage(tracker);
  if (page === undefined) return;
  // On another page than at its beginning, the call may not tell what came before: that was on another day, or it was
  // deleted, or a report holds it.
  const before = page.generation === generation ? from : chain?.follow(tool, page.generation);
  const nth = chain?.nth(tool, page.generation);
  countCells(tracker, page, 'tool', tool, callCells({ tool, outcome, milliseconds: took, from: before, nth }));
}

/** Ends the call when its result is there. */
function endWhenDone(call: Call, result: unknown, tool: string, classify: AnalyticsOptions['classify']): void {
  const endWith = (value: unknown) => {
    call.stop();
    call.end(outcomeOf(value, tool, classify));
  };
  const onValue = (value: unknown) => guard(() => endWith(value), 'count');
  const onError = (error: unknown) => guard(() => call.end(categorize(error)), 'count');
  // Our handlers come first: a caller that awaits the same promise answers after the count. Its own `then` is not
  // called, because it can be anyone's. Nor is a foreign thenable's, which may do its work again (query builders do).
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
