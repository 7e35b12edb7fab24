/** Milliseconds since the epoch, UTC. All days come from it. Durations come from the monotonic clock instead. */
export type Clock = () => number;

export const systemClock: Clock = Date.now;

/** Milliseconds since any moment. Nobody sets it, forward or back. */
export const monotonicClock: Clock = () => performance.now();
