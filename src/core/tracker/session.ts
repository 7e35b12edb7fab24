import { types } from 'node:util';
import { guard } from '../../platform/guard.js';
import type { Category, Fold } from '../../schema/vocabulary.js';
import { categorize, isCategory } from '../record/categorize.js';
import { callCells, type Outcome, toolLine } from '../record/cells.js';
import type { Page } from '../record/counter-page.js';
import { createChain } from '../record/session-chain.js';
import type { AnalyticsOptions, Call, Session } from './options.js';

/** What a session needs of its tracker. */
export interface Recorder {
  /** False while nothing would be recorded; cheap enough to ask before every call. */
  mayRecord(): boolean;
  /** The generation of today's page, as far as this process knows it. */
  generation(): number;
  /** Today's page, to count on at once; undefined while off. */
  page(): Page | undefined;
  /** Counts on a line of that page. */
  count(page: Page, line: string, cells: readonly string[]): void;
}

const UNCOUNTED: Call = { isCounted: false, stop: () => 0, end() {}, abandon() {} };

/** @param isConnection false: its calls stand alone, so that neither sessions nor steps are told of */
export function createSession<Tool extends string>(
  recorder: Recorder,
  fold: Fold,
  classify: AnalyticsOptions['classify'],
  isConnection = true,
): Session<Tool> {
  const chain = createChain();

  function begin(name: string, { chained = isConnection }: { readonly chained?: boolean } = {}): Call {
    if (!recorder.mayRecord()) return UNCOUNTED;
    const tool = fold(name);
    const begun = guard(() => recorder.generation(), 'count');
    if (begun === undefined) return UNCOUNTED;
    const from = chained ? chain.follow(tool, begun) : undefined;
    const startedAt = performance.now();
    let milliseconds: number | undefined;
    let isOpen = true;
    const countCall = (outcome: Outcome, took: number) => {
      const page = recorder.page();
      if (page === undefined) return;
      const { generation } = page;
      // If the call began before midnight, or before an opt-out, what came before it is not told any more.
      const before = generation === begun || !chained ? from : chain.follow(tool, generation);
      const nth = chained ? chain.nth(tool, generation) : undefined;
      recorder.count(page, lineOf('tool', tool), callCells(outcome, took, before, nth));
    };
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
        guard(() => countCall(outcome, took), 'count');
      },
      abandon() {
        isOpen = false;
        if (from !== undefined) chain.unfollow(tool, from, begun);
      },
    };
  }

  return {
    begin,
    run(tool, work) {
      if (!recorder.mayRecord()) return work(); // asked again in `begin`; while off, every step on this path is felt
      const call = begin(tool);
      const endWith = (result: unknown) => {
        call.stop();
        call.end(outcomeOf(result, tool, classify));
      };
      let result: ReturnType<typeof work>;
      try {
        result = work();
      } catch (error) {
        call.end(categorize(error));
        throw error;
      }
      // Our handlers come first: whoever awaits the same promise answers after the count. Its own `then` is not
      // called, since it may be anybody's; nor is a foreign thenable's, which may do its work again (query builders do).
      if (!types.isPromise(result) || !follow(result, endWith, (error) => call.end(categorize(error)))) endWith(result);
      return result;
    },
  };
}

/** False for a promise that can't be followed: a subclass whose own constructor throws (p-lazy's does). */
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

/** A tool said that it failed, and not how. */
export const UNKNOWN_FAILURE: Category = 'operation';
