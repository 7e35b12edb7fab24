import { isObject } from '../../platform/files.js';
import { isLoopback } from '../../platform/loopback.js';
import { MAX_KEY_LENGTH } from '../../schema/limits.js';
import { KEYS } from './config-file.js';

/** Where reports go: PostHog's ingestion host, or a collector that speaks the same protocol. */
export interface Endpoint {
  /** e.g. `https://eu.i.posthog.com` */
  readonly host: string;
  /** PostHog's public project key. */
  readonly key: string;
}

/** An endpoint, and where it was configured. */
export interface Destination extends Endpoint {
  /** `{host}/batch/` */
  readonly url: string;
  readonly source: 'environment' | 'config' | 'server';
}

/** No destination with a `problem` means: one is configured, but cannot be used. No other is used in its place. */
export type Resolved = { readonly destination: Destination | null; readonly problem?: string };

/**
 * The destination of the environment, else of config.json, else of the server's declaration. Without any, reports are
 * kept and never sent.
 */
export function resolveDestination(
  env: NodeJS.ProcessEnv,
  configured: unknown,
  declared: Endpoint | undefined,
): Resolved {
  const { DOT_AI_POSTHOG_HOST: host, DOT_AI_POSTHOG_KEY: key } = env;
  if (host || key) return resolve('DOT_AI_POSTHOG_HOST and DOT_AI_POSTHOG_KEY', { host, key }, 'environment');
  if (configured !== undefined) return resolve(`"${KEYS.destination}" in config.json`, configured, 'config');
  if (declared !== undefined) return resolve('the destination that the server declares', declared, 'server');
  return { destination: null };
}

function resolve(where: string, value: unknown, source: Destination['source']): Resolved {
  const problem = endpointProblem(value);
  if (problem !== undefined) return { destination: null, problem: `${where}: ${problem}` };
  const { host, key } = value as Endpoint;
  return { destination: { host, key, url: `${new URL(host).href.replace(/\/+$/, '')}/batch/`, source } };
}

const KEY = /^[\x21-\x7e]+$/;

/** Why a value is not an endpoint; undefined if it is one. Only loopback may be reached without TLS. */
function endpointProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'expected an object with "host" and "key"';
  const { host, key } = value;
  if (typeof host !== 'string' || host === '') return 'the host is missing';
  if (typeof key !== 'string' || !KEY.test(key))
    return 'the key is missing, or contains a character that is not allowed';
  if (key.length > MAX_KEY_LENGTH) return `the key is longer than ${MAX_KEY_LENGTH} characters`;
  if (!URL.canParse(host)) return 'the host is not a URL such as https://eu.i.posthog.com';
  const url = new URL(host);
  if (url.username || url.password || url.search || url.hash)
    return 'the host has more than a scheme, a name, a port and a path';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return undefined;
  return 'the host is not https (http is allowed for loopback only)';
}
