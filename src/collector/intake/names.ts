import { guard } from '../../platform/guard.js';
import type { Vocabulary } from '../../schema/vocabulary.js';

/** The names that reports may hold. */
export interface Names {
  /** One object as long as the names are the same, because a check of reports is compiled for it. */
  now(): Vocabulary;
  /** Reads them again, at most once a second. @returns whether they have changed */
  refresh(): boolean;
}

const REFRESH_INTERVAL_MS = 1_000;

/** @param read names that a server of this home has declared meanwhile; an error leaves the names as they are */
export function createNames(vocabulary: Vocabulary, read: () => Vocabulary, monotonic: () => number): Names {
  let current = vocabulary;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    now: () => current,
    refresh() {
      if (monotonic() - readAt < REFRESH_INTERVAL_MS) return false;
      readAt = monotonic();
      const { tools, features } = guard(read) ?? current;
      if (JSON.stringify({ tools, features }) === JSON.stringify(current)) return false;
      current = { tools, features };
      return true;
    },
  };
}
