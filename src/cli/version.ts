declare const DOT_AI_ANALYTICS_VERSION: string;

/** Put in by the build, from package.json. */
export const VERSION: string = DOT_AI_ANALYTICS_VERSION;
