import { types } from 'node:util';
import { guard } from '../../platform/guard.js';
import type { Category } from '../../schema/vocabulary.js';
import { categorize, isCategory } from '../record/categorize.js';
import { callCells, type Outcome } from '../record/cells.js';
import { type Chain, createChain } from '../record/session-chain.js';
import type { AnalyticsOptions, Call, Session } from './options.js';
import { countCells, currentGeneration, mayRecord, requestPage } from './recorder.js';
import type { Tracker } from './tracker.js';

const UNCOUNTED: Call = { isCounted: false, stop: () => 0, end() {}, abandon() {} };

/** @param isConnection false: each call stands alone, so that it counts for no session and no step */
export function createSession<Tool extends string>(tracker: Tracker, isConnection = true): Session<Tool> {
  const chain = createChain();
  return {
    begin: (tool, { chained = isConnection } = {}) =>
      mayRecord(tracker) ? beginCall(tracker, tool, chained ? chain : undefined) : UNCOUNTED,
    run(tool, work) {
      if (!mayRecord(tracker)) return work();
      const call = beginCall(tracker, tool, isConnection ? chain : undefined);
      return runAs(call, work, tool, tracker.options.classify);
    },
  };
}

function beginCall(tracker: Tracker, name: string, chain: Chain | undefined): Call {
  return guard(() => openCall(tracker, tracker.foldTool(name), chain), 'count') ?? UNCOUNTED;
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
  return {
    isCounted: true,
    stop,
    end(outcome) {
      if (!isOpen) return;
      isOpen = false;
      const took = stop();
      guard(() => countCall(tracker, begun, outcome, took), 'count');
    },
    abandon() {
      isOpen = false;
      if (begun.from !== undefined) chain?.unfollow(tool, begun.from, generation);
    },
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

/** Runs the work as this call. Returns and throws exactly what the work does. */
function runAs<T>(call: Call, work: () => T, tool: string, classify: AnalyticsOptions['classify']): T {
  const endWith = (result: unknown) => {
    call.stop();
    call.end(outcomeOf(result, tool, classify));
  };
  let result: T;
  try {
    result = work();
  } catch (error) {
    call.end(categorize(error));
    throw error;
  }
  // Our handlers come first: a caller that awaits the same promise answers after the count. Its own `then` is not
  // called, because it can be anyone's. Nor is a foreign thenable's, which may do its work again (query builders do).
  if (!types.isPromise(result) || !follow(result, endWith, (error) => call.end(categorize(error)))) endWith(result);
  return result;
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
