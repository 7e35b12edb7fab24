export const EXIT = { done: 0, failed: 1, usage: 2, off: 3 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
