import type { ConfigState } from './config-file.js';
import { LAYERS, type Layer, type LayerName, RULES } from './layers.js';

/** Whether anything may be recorded and sent, who decided, and what every other layer says. */
export interface Consent {
  readonly enabled: boolean;
  readonly decidedBy: LayerName;
  /** The schema that was said yes to; only its fields are recorded. Null while off. */
  readonly acceptedSchema: number | null;
  readonly layers: readonly Layer[];
}

/** A bare `{"analytics": true}` and the environment variable accept this schema. */
const ACCEPTED_UNLESS_SAID = 1;

/** A pure function of environment and config file: everybody who records, sends, shows or changes asks this one. */
export function decide(env: NodeJS.ProcessEnv, config: ConfigState): Consent {
  const layers = LAYERS.map((layer): Layer => ({ layer, ...RULES[layer](env, config) }));
  const deciding = layers.find(({ verdict }) => verdict !== 'none') as Layer; // "default" always says off
  const enabled = deciding.verdict === 'on';
  const accepted = deciding.layer === 'config' ? (config.acceptedSchema ?? ACCEPTED_UNLESS_SAID) : ACCEPTED_UNLESS_SAID;
  return { enabled, decidedBy: deciding.layer, acceptedSchema: enabled ? accepted : null, layers };
}
