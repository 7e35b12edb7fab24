/*
 * All limits of reports, names and copies. test/schema/limits.test.ts asserts how they depend on each other. Documents
 * take the numbers from here (`npm run docs`).
 */

/** The largest count in a report. */
export const MAX_COUNT = 9999;

/** A larger count is sent with two significant digits, because an exact one would be a fingerprint. */
export const MAX_EXACT_COUNT = 99;

/** Rows of a report. More would single out an install that uses everything. The least used names become `other`. */
export const MAX_ROWS = 100;

/** Steps from tool to tool in a report: the most frequent ones. The others become one row. */
export const MAX_STEPS = 32;

/** Sessions with this many different tools, or more, are counted alike. */
export const MAX_DISTINCT_TOOLS = 6;

/** A histogram of fewer calls would show the latency of single calls. */
export const MIN_CALLS_FOR_LATENCY = 5;

/** Bytes of a report, as it is sent. */
export const MAX_REPORT_BYTES = 64 * 1024;

/** Characters of a project key. PostHog's have about 50. */
export const MAX_KEY_LENGTH = 200;

/** Tools that a server declares, and features that it declares. */
export const MAX_NAMES = 64;

/** Names that a home keeps of all its servers, tools and features each: a report that holds them may wait. */
export const MAX_KNOWN_NAMES = 1024;

/** Characters of a declared name. */
export const MAX_NAME_LENGTH = 40;

/** Days that a report waits to be sent. An older one is dropped. */
export const MAX_DAYS_WAITING = 21;

/** Days for which a destination recognizes a repeated report. */
export const DAYS_REPEAT_IS_KNOWN = 22;

/** Days that a copy of a sent report is kept, for the user to read and to compute `first_this_month`. */
export const DAYS_KEPT = 45;

/** Reports that wait. Reached only if a process is stopped every minute and nothing is ever delivered. */
export const MAX_REPORTS_WAITING = 100;

/** Days that a process keeps in memory if it has no writable folder. */
export const MAX_DAYS_IN_MEMORY = 7;
