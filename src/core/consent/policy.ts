import { causeOf, systemCode } from '../../platform/errors.js';
import { entry, isObject, readCurrentBytes } from '../../platform/files.js';
import { findDuplicate } from '../../platform/json-text.js';
import { parseObject, type Setting, settingOf } from './config-file.js';
import { type Endpoint, endpointProblem } from './destination.js';

/**
 * The machine-wide file with which an administrator restricts analytics. The path is a constant: an environment
 * variable would let a user get around it.
 */
export const POLICY_PATH = policyPath(process.platform);

function policyPath(platform: NodeJS.Platform): string {
  if (platform === 'win32') return 'C:\\ProgramData\\dot-ai\\analytics.json';
  return platform === 'darwin' ? '/Library/Application Support/dot-ai/analytics.json' : '/etc/dot-ai/analytics.json';
}

/** What the policy says. It can turn analytics off and name the only recipient that is allowed; nothing else. */
export interface Policy {
  /** `unreadable` and `invalid` mean off: a restriction that cannot be understood must not be lost. */
  readonly state: 'missing' | 'ok' | 'unreadable' | 'invalid';
  /** Undefined where the key is missing. Any value but `true` means off. */
  readonly analytics: Setting;
  /** The only recipient allowed; undefined where any is. */
  readonly destination: Endpoint | undefined;
  /** The file and what is wrong with it, for `unreadable` and `invalid`. */
  readonly problem: string;
}

export const NO_POLICY: Policy = { state: 'missing', analytics: undefined, destination: undefined, problem: '' };

/** A larger file is not read, and analytics is off. */
const MAX_POLICY_BYTES = 64 * 1024;

/** Never writes and never throws. Links are followed, because configuration managers link their files. */
export function readPolicy(path = POLICY_PATH): Policy {
  try {
    return parsePolicy(path, readCurrentBytes(path, MAX_POLICY_BYTES, true));
  } catch (error) {
    // A dangling link is not a missing policy: its restriction was lost, so it means off.
    if (systemCode(error) === 'ENOENT' && entry(path) === undefined) return NO_POLICY;
    return { ...NO_POLICY, state: 'unreadable', problem: `${path}: it cannot be read, ${causeOf(error)}` };
  }
}

export function parsePolicy(path: string, bytes: Uint8Array): Policy {
  const value = parseObject(path, bytes);
  if (value === undefined) return invalid(`${path}: it is not a JSON object`);
  const own = (key: string) => (Object.hasOwn(value, key) ? value[key] : undefined);
  const analytics = settingOf(own('analytics'));
  const twice = findDuplicate(Buffer.from(bytes).toString('utf8'), ['analytics', 'destination']);
  if (twice !== undefined) return invalid(`${path}: "${twice.key}" occurs more than once`, analytics);
  const destination = own('destination');
  const problem = destination === undefined ? undefined : endpointProblem(destination);
  if (problem !== undefined) return invalid(`${path}: "destination": ${problem}`, analytics);
  return {
    state: 'ok',
    analytics,
    destination: isObject(destination) ? endpointOf(destination) : undefined,
    problem: '',
  };
}

function endpointOf({ host, key }: Record<string, unknown>): Endpoint {
  return { host: host as string, key: key as string };
}

function invalid(problem: string, analytics: Setting = undefined): Policy {
  return { state: 'invalid', analytics, destination: undefined, problem };
}
