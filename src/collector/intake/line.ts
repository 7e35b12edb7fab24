/** Runs jobs one after another. Undefined if too many wait. */
export type Line = <T>(job: () => T | Promise<T>) => Promise<T> | undefined;

const MAX_REST_MS = 250;

/**
 * A question can take as long as a hundred reports, and its answer as much memory. So one is answered at a time, and the
 * time it took is then left to the reports, for which answering takes several turns of the event loop.
 */
export function createLine(maxWaiting: number): Line {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return (job) => {
    if (waiting >= maxWaiting) return undefined;
    waiting += 1;
    let from = 0;
    const result = last.then(() => {
      from = performance.now();
      return job();
    });
    const rest = () =>
      new Promise<void>((resolve) => setTimeout(resolve, Math.min(MAX_REST_MS, performance.now() - from)));
    last = result.then(rest, rest).finally(() => {
      waiting -= 1;
    });
    return result;
  };
}
