import type { ConfigState } from './config-file.js';
import { LAYERS, type Layer, type LayerName, RULES } from './layers.js';
import type { Policy } from './policy.js';

/** Whether counts may be recorded and sent, which layer decided that, and what every layer says. */
export interface Consent {
  readonly enabled: boolean;
  readonly decidedBy: LayerName;
  /** The schema that the user accepted; only its fields are recorded. Null while analytics is off. */
  readonly acceptedSchema: number | null;
  readonly layers: readonly Layer[];
}

/** What an error while deciding means. It is nobody's opt-out, so it deletes nothing. */
export const UNDECIDED: Consent = { enabled: false, decidedBy: 'config', acceptedSchema: null, layers: [] };

/** A bare `{"analytics": true}` and the environment variable accept this schema. */
const DEFAULT_ACCEPTED_SCHEMA = 1;

/**
 * Decides from the machine's policy, the environment and the config file alone. All code that records, sends or shows
 * counts asks this.
 */
export function decide(policy: Policy, env: NodeJS.ProcessEnv, config: ConfigState): Consent {
  const layers = LAYERS.map((layer): Layer => ({ layer, ...RULES[layer](env, config, policy) }));
  const deciding = layers.find(({ verdict }) => verdict !== 'none') as Layer; // `default` always has a verdict
  const enabled = deciding.verdict === 'on';
  const accepted =
    deciding.layer === 'config' ? (config.acceptedSchema ?? DEFAULT_ACCEPTED_SCHEMA) : DEFAULT_ACCEPTED_SCHEMA;
  return { enabled, decidedBy: deciding.layer, acceptedSchema: enabled ? accepted : null, layers };
}
