import { readConfig } from '../core/consent/config-file.js';
import type { Consent } from '../core/consent/decide.js';
import type { Endpoint } from '../core/consent/destination.js';
import type { LayerName } from '../core/consent/layers.js';
import { decider, onOff, shortPath } from './format.js';
import type { Output } from './output.js';

/** What `enable` and `disable` print with `--json`. */
export interface SettingResult {
  readonly version: 1;
  /** What config.json says now. */
  readonly analytics: boolean;
  /** The consent in this environment. */
  readonly enabled: boolean;
  readonly decidedBy: LayerName;
  readonly configPath: string;
  /** The schema and the recipient that config.json accepts now; null where it accepts none by name. */
  readonly acceptedSchema: number | null;
  readonly recipient: Endpoint | null;
  /** The copy of a config.json that could not be understood and was replaced. */
  readonly keptCopy: string | null;
  /** `disable`: whether everything that had to be deleted is gone. */
  readonly deleted: boolean | null;
  /** Why the command failed although the setting is saved. */
  readonly problem: string | null;
}

/** A setting that was saved, and what it means here. */
export interface Saved {
  readonly analytics: boolean;
  readonly consent: Consent;
  readonly configPath: string;
  readonly keptCopy?: string | undefined;
}

export function settingResult(
  { analytics, consent, configPath, keptCopy = undefined }: Saved,
  outcome: { readonly deleted?: boolean; readonly problems?: readonly string[] } = {},
): SettingResult {
  const { deleted = null, problems = [] } = outcome;
  const { acceptedSchema = null, recipient = null } = readConfig(configPath);
  return {
    version: 1,
    analytics,
    enabled: consent.enabled,
    decidedBy: consent.decidedBy,
    configPath,
    acceptedSchema,
    recipient,
    keptCopy: keptCopy ?? null,
    deleted,
    problem: problems.length === 0 ? null : problems.join(' '),
  };
}

/** The two lines that both commands print: the saved and the effective state. */
export function showSaved({ analytics, consent, configPath }: Saved, what: string, output: Output): void {
  const reason = consent.enabled === analytics ? '' : `, because of ${decider(consent)}`;
  output.data(`Saved: ${onOff(analytics, output)}${what}, in ${shortPath(configPath)}.`);
  output.data(`In effect here: ${onOff(consent.enabled, output)}${reason}.`);
}

/** On stderr, also with `--json`. */
export function remarkSaved({ consent, keptCopy }: Saved, output: Output): void {
  if (keptCopy !== undefined)
    output.remark(
      `A copy of the old file is ${shortPath(keptCopy)}. What could not be understood in it is no longer in effect.`,
    );
  for (const { warning } of consent.layers) if (warning) output.remark(`Warning: ${warning}.`);
}
