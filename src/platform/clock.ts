/** Milliseconds since the epoch, UTC. All days come from it. Durations come from the monotonic clock instead. */
export type Clock = () => number;

export const systemClock: Clock = Date.now;

/**
 * Milliseconds since any moment. Nobody sets it, forward or back. The global `performance` is a getter, which costs more
 * than reading the clock, and a call reads the clock several times; so the getter is called once, at the first use.
 */
export const monotonicClock: Clock = () => {
  timer ??= performance;
  return timer.now();
};
let timer: Pick<typeof performance, 'now'> | undefined;
