import { types } from 'node:util';
import { categorise, isCategory } from '../counters/categorise.js';
import { callCells, type Outcome, toolLine } from '../counters/cells.js';
import { createChain } from '../counters/session.js';
import type { Day } from '../schema/calendar.js';
import type { Category, Fold } from '../schema/vocabulary.js';
import type { AnalyticsOptions, Call, Session } from './types.js';

/** What a session needs of its tracker. */
export interface Recorder {
  /** False while nothing would be recorded; cheap enough to ask before every call. */
  mayRecord(): boolean;
  today(): Day;
  /** Never throws. */
  record(line: string, cells: readonly string[]): void;
}

const UNCOUNTED: Call = { end() {} };

export function createSession<Tool extends string>(
  recorder: Recorder,
  fold: Fold,
  classify: AnalyticsOptions['classify'],
): Session<Tool> {
  const chain = createChain();

  function begin(name: string, { chained = true }: { readonly chained?: boolean } = {}): Call {
    try {
      if (!recorder.mayRecord()) return UNCOUNTED;
      const tool = fold(name);
      const step = chained ? chain.next(tool, recorder.today()) : {};
      const startedAt = performance.now();
      let isOpen = true;
      return {
        end(outcome) {
          if (!isOpen) return;
          isOpen = false;
          recorder.record(toolLine(tool), callCells({ outcome, milliseconds: performance.now() - startedAt, ...step }));
        },
      };
    } catch {
      return UNCOUNTED; // P6: nothing of ours may reach the tool's caller
    }
  }

  return {
    begin,
    run(tool, work) {
      const call = begin(tool);
      if (call === UNCOUNTED) return work();
      const endWith = (result: unknown) => call.end(outcomeOf(result, tool, classify));
      try {
        const result = work();
        if (!isThenable(result)) {
          endWith(result);
          return result;
        }
        // A foreign thenable may do its work again each time `then` is called (query builders do), so it is adopted;
        // a promise is handed on as it is. Our handlers come first: a caller that awaits it answers after the count.
        const promise = types.isPromise(result) ? result : Promise.resolve(result);
        promise.then(endWith, (error: unknown) => call.end(categorise(error)));
        return promise as typeof result;
      } catch (error) {
        call.end(categorise(error));
        throw error;
      }
    },
  };
}

/** A result with `isError`, or one that the server's own `classify` says failed, is a failure. */
export function outcomeOf(result: unknown, tool: string, classify: AnalyticsOptions['classify']): Outcome {
  try {
    const failure = classify?.(result, tool);
    if (isCategory(failure)) return failure;
    if (failure === true || (result as { isError?: unknown } | undefined)?.isError === true) return UNKNOWN_FAILURE;
  } catch {
    // a `classify` that throws has said nothing
  }
  return 'success';
}

/** A tool said that it failed, and not how. */
export const UNKNOWN_FAILURE: Category = 'operation';

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
