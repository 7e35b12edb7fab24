import type { ConfigState } from './config-file.js';
import type { Policy } from './policy.js';

/** The layers of consent, in order of precedence. The first one that says on or off decides. */
export const LAYERS = [
  'policy',
  'DO_NOT_TRACK',
  'DOT_AI_ANALYTICS',
  'DOT_AI_TELEMETRY',
  'ci',
  'config',
  'default',
] as const;
export type LayerName = (typeof LAYERS)[number];

/** The verdict of one layer alone. */
export interface Layer {
  readonly layer: LayerName;
  /** The text that was set, null if nothing was. */
  readonly value: string | null;
  readonly verdict: 'on' | 'off' | 'none';
  /** Set if the value was not understood: why, and what follows from it. */
  readonly warning?: string;
}

/** The words that environment variables may be set to. */
const YES = ['true', '1', 'yes', 'on'];
const NO = ['false', '0', 'no', 'off'];

/** A CI service sets at least one of these. */
const CI_VARIABLES = [
  'CI',
  'CONTINUOUS_INTEGRATION',
  'GITHUB_ACTIONS',
  'GITLAB_CI',
  'BUILDKITE',
  'CIRCLECI',
  'CODEBUILD_BUILD_ID',
  'JENKINS_URL',
  'TEAMCITY_VERSION',
  'TF_BUILD',
  'TRAVIS',
  'BITBUCKET_BUILD_NUMBER',
  'DRONE',
];

type Rule = (env: NodeJS.ProcessEnv, config: ConfigState, policy: Policy) => Omit<Layer, 'layer'>;

const none = (value: string | null = null) => ({ value, verdict: 'none' }) as const;

/** The rule of each layer. A value that is missing or not understood never says on. */
export const RULES: Readonly<Record<LayerName, Rule>> = {
  // It can only restrict: a policy that allows analytics leaves the decision to the user.
  policy: (_env, _config, { state, analytics, problem }) => {
    if (state === 'missing') return none();
    const value = analytics === undefined ? null : JSON.stringify(analytics);
    if (state !== 'ok') return { value, verdict: 'off', warning: `${problem}. That means off on this machine` };
    return analytics === undefined || analytics === true ? none(value) : { value, verdict: 'off' };
  },

  DO_NOT_TRACK: ({ DO_NOT_TRACK: value }) => {
    if (value === undefined) return none();
    return ['', '0', 'false'].includes(value) ? none(value) : { value, verdict: 'off' };
  },

  DOT_AI_ANALYTICS: ({ DOT_AI_ANALYTICS: value }) => {
    if (value === undefined) return none();
    if (YES.includes(word(value))) return { value, verdict: 'on' };
    if (NO.includes(word(value))) return { value, verdict: 'off' };
    const warning = `DOT_AI_ANALYTICS is neither ${YES.join(', ')} nor ${NO.join(', ')}; that means off`;
    return { value, verdict: 'off', warning };
  },

  DOT_AI_TELEMETRY: ({ DOT_AI_TELEMETRY: value }) => {
    if (value === undefined) return none();
    if (NO.includes(word(value))) return { value, verdict: 'off' };
    if (['', ...YES].includes(word(value))) return none(value);
    const warning = `DOT_AI_TELEMETRY is none of ${NO.join(', ')}, so it does not turn analytics off; DOT_AI_ANALYTICS=false does`;
    return { ...none(value), warning };
  },

  // Overrides only an opt-in in config.json: a home that is part of a build image must not report every build.
  ci: (env, config) => {
    const variable = CI_VARIABLES.find((name) => env[name] && !['false', '0'].includes(word(env[name])));
    if (variable === undefined) return none();
    return saysYes(config) ? { value: variable, verdict: 'off' } : none(variable);
  },

  config: (_env, config) => {
    if (config.state === 'missing') return none();
    // The value in a damaged file is nobody's decision, so it is not shown.
    if (config.state !== 'ok') return { value: null, verdict: 'off', warning: `${config.problem}. ${WHAT_TO_DO}` };
    if (config.analytics === undefined) return none();
    return { value: JSON.stringify(config.analytics), verdict: config.analytics === true ? 'on' : 'off' };
  },

  default: () => ({ value: null, verdict: 'off' }),
};

const WHAT_TO_DO =
  'That means off. Repair it, or decide anew with dot-ai-analytics enable --replace or disable, which keep a copy';

function saysYes(config: ConfigState): boolean {
  return config.state === 'ok' && config.analytics === true;
}

function word(value: string): string {
  return value.trim().toLowerCase();
}
