declare const DOT_AI_ANALYTICS_VERSION: string;

/** The build inserts it from package.json. */
export const VERSION: string = DOT_AI_ANALYTICS_VERSION;
