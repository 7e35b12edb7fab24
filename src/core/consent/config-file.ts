import { defaultLoadersSync } from 'cosmiconfig/dist/defaults.js';
import { causeOf, systemCode } from '../../platform/errors.js';
import { isObject, readBytes } from '../../platform/files.js';
import { countKey } from '../../platform/json-text.js';
import { SCHEMA } from '../../schema/fields.js';

/** The keys of config.json that are ours; all others belong to other programs. */
export const KEYS = {
  analytics: 'analytics',
  acceptedSchema: 'analyticsSchema',
  hintShown: 'analyticsHintShown',
  destination: 'analyticsDestination',
} as const;

/** What config.json says, and in which state it is. Only `ok` can say yes. */
export interface ConfigState {
  readonly state: 'missing' | 'ok' | 'unreadable' | 'invalid' | 'newer';
  /** The value as it stands, of whatever type; undefined where the key is missing. */
  readonly analytics: unknown;
  /** Undefined where the key is missing. */
  readonly acceptedSchema: number | undefined;
  readonly hintShown: boolean;
  readonly destination: unknown;
  /** The file and what is wrong with it, for every state but `missing` and `ok`. */
  readonly problem: string;
}

/** No config file: nobody has said anything. */
export const MISSING: ConfigState = {
  state: 'missing',
  analytics: undefined,
  acceptedSchema: undefined,
  hintShown: false,
  destination: undefined,
  problem: '',
};

/** Nobody's settings are larger; a bigger file is not read, and means off. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** Reads, never writes, never throws. A symbolic link to the file is followed: people keep their settings elsewhere. */
export function readConfig(path: string): ConfigState {
  let bytes: Buffer;
  try {
    bytes = readBytes(path, MAX_CONFIG_BYTES, true);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return MISSING;
    return { ...MISSING, state: 'unreadable', problem: `${path}: it cannot be read, ${causeOf(error)}` };
  }
  return parseConfig(path, bytes);
}

export function parseConfig(path: string, bytes: Uint8Array): ConfigState {
  const problem = (what: string) => `${path}: ${what}`;
  const value = parseObject(path, bytes);
  if (value === undefined) return { ...MISSING, state: 'invalid', problem: problem('it is not a JSON object') };
  const own = (key: string) => (Object.hasOwn(value, key) ? value[key] : undefined);
  const found = {
    ...MISSING,
    state: 'ok',
    analytics: own(KEYS.analytics),
    hintShown: own(KEYS.hintShown) === true,
    destination: own(KEYS.destination),
  } as const;
  if (countKey(Buffer.from(bytes).toString('utf8'), KEYS.analytics) > 1) {
    return { ...found, state: 'invalid', problem: problem(`"${KEYS.analytics}" is there more than once`) };
  }
  const accepted = own(KEYS.acceptedSchema);
  if (accepted === undefined) return found;
  if (!Number.isInteger(accepted) || (accepted as number) < 1) {
    return { ...found, state: 'invalid', problem: problem(`"${KEYS.acceptedSchema}" is not a positive integer`) };
  }
  const acceptedSchema = accepted as number;
  if (acceptedSchema <= SCHEMA) return { ...found, acceptedSchema };
  const newer = problem(`"${KEYS.acceptedSchema}" is ${acceptedSchema}, this version knows up to ${SCHEMA}`);
  return { ...found, acceptedSchema, state: 'newer', problem: newer };
}

/**
 * The file's object, undefined where its bytes are not one.
 *
 * Only cosmiconfig's loader is used, from its own file: an explorer would run code from the current directory, and
 * merely loading it fails where there is no home (docs/decisions/cosmiconfig-loader-only.md).
 */
export function parseObject(path: string, bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    // A byte order mark is how Windows editors begin a file, and is left out. Else strictly UTF-8: with replaced characters an update would silently change somebody else's value.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = defaultLoadersSync['.json'](path, text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // damaged: the state says so, and means off
  }
}
