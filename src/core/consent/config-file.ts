import { dirname } from 'node:path';
import { defaultLoadersSync } from 'cosmiconfig/dist/defaults.js';
import { causeOf, systemCode } from '../../platform/errors.js';
import { entry, isObject, readCurrentBytes, systemError } from '../../platform/files.js';
import { parentProblem } from '../../platform/folders.js';
import { firstSyntaxError, placeOf } from '../../platform/json-place.js';
import { findDuplicate, findMembers } from '../../platform/json-text.js';
import { ownershipProblem } from '../../platform/ownership.js';
import { SCHEMA } from '../../schema/schema-number.js';
import { asEndpoint, type Endpoint, endpointProblem } from './destination.js';

/** The keys of config.json that this package reads and writes. All others belong to other programs. */
export const KEYS = {
  analytics: 'analytics',
  acceptedSchema: 'analyticsSchema',
  hintShown: 'analyticsHintShown',
  destination: 'analyticsDestination',
  recipient: 'analyticsRecipient',
  offered: 'analyticsOffered',
} as const;

/**
 * A value of config.json. Arrays, objects and long strings are only described, so that nothing that compares, shows or
 * serializes a setting can fail on it, however deep or long the file's own value is.
 */
export type Setting = string | number | boolean | null | undefined;

/** The content of config.json, and its state. Only `ok` can enable analytics. */
export interface ConfigState {
  readonly state: 'missing' | 'ok' | 'unreadable' | 'foreign' | 'invalid' | 'newer';
  /** Undefined where the key is missing. */
  readonly analytics: Setting;
  /** Undefined where the key is missing. */
  readonly acceptedSchema: number | undefined;
  readonly hintShown: boolean;
  readonly destination: Setting | { readonly host: Setting; readonly key: Setting };
  /** The recipient that the user accepted with `enable`. */
  readonly recipient: Endpoint | undefined;
  /** The recipient that the hint named. */
  readonly offered: Endpoint | undefined;
  /** False where there is no file of this user, as far as this process can see. */
  readonly isThere: boolean;
  /** The file and what is wrong with it, for every state but `missing` and `ok`. */
  readonly problem: string;
}

/** False for a file that only `enable --replace` or an opt-out replaces. */
export function isUnderstood(state: ConfigState['state']): boolean {
  return state === 'ok' || state === 'missing';
}

/** The state without a config file: the user has decided nothing yet. */
export const MISSING: ConfigState = {
  state: 'missing',
  analytics: undefined,
  acceptedSchema: undefined,
  hintShown: false,
  destination: undefined,
  recipient: undefined,
  offered: undefined,
  isThere: false,
  problem: '',
};

/** A larger file is not read, and analytics is off. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/** Never writes and never throws. Follows a symbolic link, because people keep their settings in other folders. */
export function readConfig(path: string): ConfigState {
  let bytes: Buffer;
  try {
    bytes = readOwnConfig(path, true);
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'ENOENT') return MISSING;
    const foreign = FOREIGN[code];
    if (foreign !== undefined) {
      const { path: judged = path } = error as NodeJS.ErrnoException;
      return { ...MISSING, state: 'foreign', problem: `${judged}: ${foreign}` };
    }
    const isThere = entry(path) !== undefined;
    return { ...MISSING, state: 'unreadable', isThere, problem: `${path}: it cannot be read, ${causeOf(error)}` };
  }
  return parseConfig(path, bytes);
}

/** Another user's opt-in is not consent. */
const FOREIGN: Readonly<Record<string, string>> = {
  EOWNER: 'another user owns it',
  EOTHERS: 'other users can write it (chmod go-w)',
};

/**
 * The bytes of config.json, if no other user can have written them or put the file there (for example a link to another
 * file of the user, or the file that `disable` replaced). The opened file is judged, not its name, so that nobody can
 * exchange it in between.
 * @throws a system error: `EOWNER` or `EOTHERS`, with the path of the file or folder that somebody else can write
 */
export function readOwnConfig(path: string, follow: boolean): Buffer {
  const bytes = readCurrentBytes(path, MAX_CONFIG_BYTES, follow, (stat) => {
    const problem = ownershipProblem(stat);
    if (problem !== undefined) throw systemError(problem, path);
  });
  const folder = dirname(path);
  const problem = parentProblem(folder);
  if (problem !== undefined) throw systemError(problem, folder);
  return bytes;
}

/** Where config.json stops being JSON, and why; undefined if it is JSON or cannot be read. */
export async function syntaxErrorIn(config: string): Promise<string | undefined> {
  try {
    return await firstSyntaxError(readOwnConfig(config, true).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** True for the error of a file that somebody else can have written. */
export function isForeign(error: unknown): boolean {
  return (systemCode(error) ?? '') in FOREIGN;
}

export function parseConfig(path: string, bytes: Uint8Array): ConfigState {
  const value = parseObject(path, bytes);
  if (value === undefined)
    return { ...MISSING, state: 'invalid', isThere: true, problem: `${path}: it is not a JSON object` };
  const own = (key: string) => (Object.hasOwn(value, key) ? value[key] : undefined);
  const found = {
    ...MISSING,
    state: 'ok',
    isThere: true,
    analytics: settingOf(own(KEYS.analytics)),
    hintShown: own(KEYS.hintShown) === true,
    destination: destinationOf(own(KEYS.destination)),
    recipient: asEndpoint(own(KEYS.recipient)),
    offered: asEndpoint(own(KEYS.offered)),
  } as const;
  const text = Buffer.from(bytes).toString('utf8');
  const at = (offset: number) => `${path}, ${placeOf(text, offset)}`;
  const valueAt = (key: string) => at(findMembers(text, key).at(-1)?.valueStart ?? 0);
  const invalid = (problem: string) => ({ ...found, state: 'invalid', problem }) as const;
  const twice = findDuplicate(text, Object.values(KEYS));
  if (twice !== undefined) return invalid(`${at(twice.start)}: "${twice.key}" occurs more than once`);
  if (!isSetting(own(KEYS.analytics)))
    return invalid(`${valueAt(KEYS.analytics)}: "${KEYS.analytics}" is neither true nor false`);
  if (own(KEYS.recipient) !== undefined && found.recipient === undefined)
    return invalid(`${valueAt(KEYS.recipient)}: "${KEYS.recipient}": ${endpointProblem(own(KEYS.recipient))}`);
  const accepted = own(KEYS.acceptedSchema);
  if (accepted === undefined) return found;
  if (!Number.isInteger(accepted) || (accepted as number) < 1)
    return invalid(`${valueAt(KEYS.acceptedSchema)}: "${KEYS.acceptedSchema}" is not a positive integer`);
  const acceptedSchema = accepted as number;
  if (acceptedSchema <= SCHEMA) return { ...found, acceptedSchema };
  const newer = `${valueAt(KEYS.acceptedSchema)}: "${KEYS.acceptedSchema}" is ${acceptedSchema}, this version knows up to ${SCHEMA}`;
  return { ...found, acceptedSchema, state: 'newer', problem: newer };
}

/** `null` means off: an opt-out on a full disk overwrites `true` with it, which has the same length. */
function isSetting(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'boolean';
}

/** Every setting with a meaning is shorter. */
const MAX_SETTING_LENGTH = 1_000;

export function settingOf(value: unknown): Setting {
  if (Array.isArray(value)) return '[…]';
  if (isObject(value)) return '{…}';
  // Never shortened, because a part of a host could be another host.
  if (typeof value === 'string' && value.length > MAX_SETTING_LENGTH) return '"…"';
  return value as Setting;
}

function destinationOf(value: unknown): ConfigState['destination'] {
  return isObject(value) ? { host: settingOf(value.host), key: settingOf(value.key) } : settingOf(value);
}

/**
 * Parses the file's bytes; undefined if they are not a JSON object.
 *
 * Only cosmiconfig's loader is imported, from its own file. Its explorer would run code from the current directory, and
 * cannot even be loaded without a home (docs/decisions/cosmiconfig-loader-only.md).
 */
export function parseObject(path: string, bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    // A byte order mark, with which Windows editors begin a file, is left out. Other bytes that are not UTF-8 are an
    // error: an update would write replacement characters into another program's value.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const value: unknown = defaultLoadersSync['.json'](path, text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // damaged, so that the state is `invalid` and analytics is off
  }
}
