/** Milliseconds since the epoch, UTC. All days come from it. Durations come from the monotonic clock instead. */
export type Clock = () => number;

export const systemClock: Clock = Date.now;
