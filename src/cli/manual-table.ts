import { EXIT, type ExitCode } from './exit-code.js';

/* What help, man pages and docs/cli.md say beside the commands. */

export const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['DO_NOT_TRACK', 'any value except empty, 0 or false: off'],
  ['DOT_AI_ANALYTICS', 'true, 1, yes or on: on. false, 0, no or off: off. Any other value: off, with a warning'],
  ['DOT_AI_TELEMETRY', 'false, 0, no or off: off, unless DOT_AI_ANALYTICS decides; no value turns analytics on'],
  ['CI', 'in a CI service, an opt-in in config.json does not count'],
  ['DOT_AI_CONFIG_DIR', 'an absolute path: the folder to use instead of ~/.dot-ai'],
  [
    'DOT_AI_ANALYTICS_HOST',
    'the destination, if the home has no other recipient; without DOT_AI_ANALYTICS_KEY, the known key stays',
  ],
  ['DOT_AI_ANALYTICS_KEY', "the key of that destination: PostHog's public project key, or any for a collector"],
  ['DOT_AI_POSTHOG_HOST', 'the same, if neither variable above is set; dot-ai reads it for other telemetry too'],
  ['DOT_AI_POSTHOG_KEY', 'the key that goes with it'],
  ['DOT_AI_COLLECTOR_TOKEN', 'collector: the token for reading; required on any address but loopback'],
  [
    'POSTHOG_PERSONAL_API_KEY',
    'dashboard posthog: a personal key with dashboard:write and insight:write; --releases needs annotation:write, --check needs query:read; project:read and property_definition:read show settings',
  ],
  ['DOT_AI_FEEDBACK_URL', 'server: a link that is sometimes shown after a completed workflow; default: none'],
  ['DOT_AI_FEEDBACK_ENABLED', 'server: false hides the link; default: true'],
  ['DOT_AI_FEEDBACK_PROBABILITY', 'server: the probability that the link is shown, from 0 to 1; default: 0.05'],
  ['NODE_DEBUG', 'dot-ai-analytics: explain on stderr what otherwise happens silently'],
  ['NO_COLOR', 'any value except empty: no colors, unless FORCE_COLOR is set'],
  ['FORCE_COLOR', 'colors, even in a pipe; 0: no colors'],
];

/** What the help says of the environment; the manual page has everything. */
export const MAIN_VARIABLES: readonly (readonly [string, string])[] = [
  ['DO_NOT_TRACK=1', 'off'],
  ['DOT_AI_ANALYTICS', 'true: on; false: off'],
  ['DOT_AI_CONFIG_DIR', 'the folder to use instead of ~/.dot-ai'],
  ['DOT_AI_ANALYTICS_HOST', 'who receives reports, with DOT_AI_ANALYTICS_KEY'],
  ['NO_COLOR=1', 'no colors'],
];

export const EXAMPLES: readonly (readonly [string, string])[] = [
  ['preview', 'see what would be sent, before you decide'],
  ['preview --raw | sha256sum', 'hash the exact bytes of the next request'],
  ['enable', 'opt in'],
  ['sent --verify', 'check the copies of what was sent'],
  ['history', 'see what was counted here, by day and tool'],
  ['disable --purge', 'opt out, and delete everything'],
  ['collector --demo', 'see what the receiver of reports can see'],
];

/** The day on which the texts of this file or of the command table last changed, for the manual pages. */
export const DOCUMENTED = '2026-11-29';

export const FILES: readonly (readonly [string, string])[] = [
  ['/etc/dot-ai/analytics.json', "the machine's policy, which can only restrict; it is elsewhere on macOS and Windows"],
  ['~/.dot-ai/config.json', 'the consent setting, next to the settings of other programs'],
  ['~/.dot-ai/analytics/', 'counts, waiting reports and copies of sent reports, as readable text'],
];

export const EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [EXIT.done, 'done'],
  [EXIT.failed, 'failed'],
  [EXIT.usage, 'wrong usage'],
  [EXIT.off, 'off (status --exit-code, send)'],
];
