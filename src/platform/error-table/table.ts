import * as CLI_ERRORS from './cli.js';
import * as COLLECTOR_ERRORS from './collector.js';
import * as LIBRARY_ERRORS from './library.js';
import * as POSTHOG_ERRORS from './posthog.js';

/**
 * Every error of this package by its id: an `AnalyticsError` of any other does not compile. It has four parts, so that
 * a server does not load the texts of the command line.
 */
export const ERROR_TABLE = { ...LIBRARY_ERRORS, ...CLI_ERRORS, ...COLLECTOR_ERRORS, ...POSTHOG_ERRORS };

export type ErrorId = keyof typeof ERROR_TABLE;
