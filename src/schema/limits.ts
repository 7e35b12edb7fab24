/*
 * Every bound that a report, a name or a copy keeps to. How they depend on each other is asserted in
 * test/schema/limits.test.ts; documents take the numbers from here (`npm run docs`).
 */

/** No count in a report is larger. */
export const MAX_COUNT = 9999;

/** Up to here a count leaves exactly; a larger one leaves with two significant digits, since it would be a fingerprint. */
export const MAX_EXACT_COUNT = 99;

/** Rows of a report. More would single out an installation that uses everything; the least used names become `other`. */
export const MAX_ROWS = 100;

/** Steps from tool to tool of one report, the most frequent ones; the rest is pooled. */
export const MAX_STEPS = 32;

/** Sessions are told apart up to this many different tools. */
export const MAX_DISTINCT_TOOLS = 6;

/** With fewer calls, a latency would single out a call. */
export const MIN_CALLS_FOR_LATENCY = 5;

/** Bytes of a report as sent. */
export const MAX_REPORT_BYTES = 64 * 1024;

/** Characters of a project key. PostHog's have some 50. */
export const MAX_KEY_LENGTH = 200;

/** Tools that a server declares; likewise features. */
export const MAX_NAMES = 64;

/** Characters of a declared name. */
export const MAX_NAME_LENGTH = 40;

/** Days that a report waits. An older one is dropped. */
export const MAX_DAYS_WAITING = 21;

/** Days that a destination recognizes a repeated report. */
export const DAYS_REPEAT_IS_KNOWN = 22;

/** Days that a copy of a sent report is kept, for the user to read and for `first_this_month` to be known. */
export const DAYS_KEPT = 45;

/** Reports that wait. Reached only if a process a minute is stopped and nothing is ever delivered. */
export const MAX_REPORTS_WAITING = 100;

/** Days that a process without a writable folder keeps in memory. */
export const MAX_DAYS_IN_MEMORY = 7;
