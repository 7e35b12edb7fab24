// What is run against what.
import { CONDITIONS, type Condition } from './conditions.js';
import type { Suite } from './suite.js';

export interface Run {
  /** A file in `servers/`. */
  readonly server: string;
  readonly suite: Suite;
  /** Of the specification. */
  readonly revision: string;
}

/** By file: what the server is. */
export const SERVERS: Readonly<Record<string, string>> = {
  everything: 'server-everything (SDK v1)',
  v1: 'our server, SDK v1',
  v2: 'our server, SDK v2',
};

const OLDER = ['2025-06-18', '2025-11-25'];

export const COMPLETE: readonly Run[] = Object.keys(SERVERS).flatMap((server) => [
  ...OLDER.map((revision) => ({ server, suite: 'conformance-0.1' as const, revision })),
  ...OLDER.map((revision) => ({ server, suite: 'conformance-0.2' as const, revision })),
  // Version 1 of the SDK does not speak it.
  ...(server === 'v2' ? [{ server, suite: 'conformance-0.2' as const, revision: '2026-07-28' }] : []),
]);

export const SHORT: readonly Run[] = ['v1', 'v2'].map((server) => ({
  server,
  suite: 'conformance-0.2',
  revision: '2025-11-25',
}));

export const ALL_CONDITIONS = Object.keys(CONDITIONS) as Condition[];
export const SHORT_CONDITIONS: readonly Condition[] = ['plain', 'on'];
