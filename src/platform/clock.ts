/** Milliseconds since the epoch, UTC. The one source of days; durations come from the monotonic clock instead. */
export type Clock = () => number;

export const systemClock: Clock = Date.now;
