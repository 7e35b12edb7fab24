import { isObject } from '../../platform/files.js';
import { isLoopback } from '../../platform/loopback.js';
import { isPrintable } from '../../platform/printable.js';
import { MAX_KEY_LENGTH } from '../../schema/limits.js';

/** Where reports go: PostHog's ingestion host, or a collector that speaks the same protocol. */
export interface Endpoint {
  /** e.g. `https://eu.i.posthog.com`. Of a `Destination` it is as the URL parser normalizes it. */
  readonly host: string;
  /** PostHog's public project key. */
  readonly key: string;
}

/** A valid endpoint, and where it was named. */
export interface Destination extends Endpoint {
  /** As the URL parser normalizes it, without a slash at the end. */
  readonly host: string;
  /** `{host}/batch/` */
  readonly url: string;
  /** `pinned`: no longer named anywhere, but used and accepted before. */
  readonly source: 'environment' | 'config' | 'server' | 'pinned';
}

/** With a `problem`, a destination is configured but cannot be used, and no other is used in its place. */
export type Named = { readonly destination: Destination | null; readonly problem?: string };

/** In order of precedence. dot-ai's other telemetry reads the second pair too. */
const PREFIXES = ['DOT_AI_ANALYTICS', 'DOT_AI_POSTHOG'] as const;

/**
 * The destination that the environment names, else config.json, else the server. A host in the environment without a
 * key redirects: the key stays the one that config.json or the server names.
 */
export function resolveDestination(env: NodeJS.ProcessEnv, configured: unknown, declared: Endpoint | undefined): Named {
  const prefix = PREFIXES.find((one) => env[`${one}_HOST`] || env[`${one}_KEY`]);
  if (prefix !== undefined) {
    const host = env[`${prefix}_HOST`];
    const key = env[`${prefix}_KEY`] || (isObject(configured) ? configured.key : declared?.key);
    return checked(`${prefix}_HOST and ${prefix}_KEY`, { host, key }, 'environment');
  }
  if (configured !== undefined) return checked('"analyticsDestination" in config.json', configured, 'config');
  if (declared !== undefined) return checked('the destination that the server declares', declared, 'server');
  return { destination: null };
}

function checked(where: string, value: unknown, source: Destination['source']): Named {
  const problem = endpointProblem(value);
  if (problem !== undefined) return { destination: null, problem: `${where}: ${problem}` };
  return { destination: toDestination(value as Endpoint, source) };
}

/** @param endpoint a valid one */
export function toDestination({ host, key }: Endpoint, source: Destination['source']): Destination {
  const normalized = new URL(host).href.replace(/\/+$/, '');
  return { host: normalized, key, url: `${normalized}/batch/`, source };
}

/** A recipient is an origin and a project key: the path at which it listens may change. */
export function isSameRecipient(a: Endpoint, b: Endpoint): boolean {
  return a.key === b.key && new URL(a.host).origin === new URL(b.host).origin;
}

/** The value as an endpoint; undefined if it is not a valid one. */
export function asEndpoint(value: unknown): Endpoint | undefined {
  if (endpointProblem(value) !== undefined) return undefined;
  const { host, key } = value as Endpoint;
  return { host, key };
}

/** Longer than any that is in use. It is printed, and kept beside others in small files. */
const MAX_HOST_LENGTH = 200;
/** A path that cannot look like another address where a terminal breaks the line. */
const PATH = /^(?:\/[\w.~-]+)*\/?$/;
const KEY = /^[\x21-\x7e]+$/;

/** Why a value is not an endpoint; undefined if it is one. Only loopback may be reached without TLS. */
export function endpointProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'expected an object with "host" and "key"';
  const { host, key } = value;
  if (typeof host !== 'string' || host === '') return 'the host is missing';
  if (typeof key !== 'string' || !KEY.test(key))
    return 'the key is missing, or contains a character that is not allowed';
  if (key.length > MAX_KEY_LENGTH) return `the key is longer than ${MAX_KEY_LENGTH} characters`;
  // The parser leaves some of these characters out, so that two hosts that look different would be one.
  if (/\s/.test(host) || !isPrintable(host)) return 'the host contains white space, or a character that cannot be seen';
  if (host.length > MAX_HOST_LENGTH) return `the host is longer than ${MAX_HOST_LENGTH} characters`;
  if (!URL.canParse(host)) return 'the host is not a URL such as https://eu.i.posthog.com';
  const url = new URL(host);
  if (host.includes('@') || url.search || url.hash || !PATH.test(url.pathname))
    return 'the host has more than a scheme, a name, a port and a path';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && isLoopback(url.hostname)) return undefined;
  return 'the host is not https (http is allowed for loopback only)';
}
