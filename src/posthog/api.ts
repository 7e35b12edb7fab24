import * as POSTHOG_ERRORS from '../platform/error-table/posthog.js';
import { AnalyticsError, messageOf } from '../platform/errors.js';
import { isObject } from '../platform/files.js';
import { isLoopback } from '../platform/loopback.js';

/** PostHog's API for one project. */
export interface PostHogApi {
  /** Reads one thing. Undefined if the key may not read it. */
  get(path: string): Promise<Record<string, unknown> | undefined>;
  /** Reads all pages of a list. An optional one is undefined if the key may not read it. */
  list(path: string): Promise<Record<string, unknown>[]>;
  send(method: 'POST' | 'PATCH', path: string, body: object): Promise<Record<string, unknown>>;
}

export interface Access {
  /** The host of the app, not of ingestion: `https://eu.posthog.com`. */
  readonly host: string;
  readonly project: string;
  /** A personal API key. docs/posthog.md names the scopes. */
  readonly key: string;
  /** Called before a wait that PostHog asked for. */
  readonly onWait?: (seconds: number) => void;
}

const REQUEST_TIMEOUT_MS = 15_000;
const MAX_TRIES = 5;
const MAX_WAIT_SECONDS = 60;
const MAX_PAGES = 100;

/** Every call @throws AnalyticsError `POSTHOG`, with PostHog's message and the next step */
export function createApi({ host, project, key, onWait }: Access): PostHogApi {
  const origin = originOf(host);
  const root = `${origin}/api/projects/${encodeURIComponent(project)}`;

  async function request(method: string, url: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await ask(method, url, body);
    if ('value' in answer) return answer.value;
    throw refused(answer.status, answer.detail);
  }

  /** The same, but undefined after a 403. */
  async function requestIfAllowed(url: string): Promise<Record<string, unknown> | undefined> {
    const answer = await ask('GET', url);
    if ('value' in answer) return answer.value;
    if (answer.status === 403) return undefined;
    throw refused(answer.status, answer.detail);
  }

  async function ask(method: string, url: string, body?: object): Promise<Outcome> {
    for (let tries = 1; ; tries += 1) {
      const response = await send(method, url, body);
      if (response.status === 429 && tries < MAX_TRIES) {
        const seconds = Math.min(
          MAX_WAIT_SECONDS,
          Math.max(1, Number(response.headers.get('retry-after')) || 2 ** tries),
        );
        onWait?.(seconds);
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
        continue;
      }
      const answer: unknown = await response.json().catch(() => undefined);
      if (response.ok && isObject(answer)) return { value: answer };
      return { status: response.status, detail: isObject(answer) ? answer.detail : undefined };
    }
  }

  async function send(method: string, url: string, body: object | undefined): Promise<Response> {
    try {
      return await fetch(url, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept: 'application/json' },
        redirect: 'error', // a redirect would send the key to another host
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const cause =
        error instanceof Error && error.name === 'TimeoutError'
          ? `no answer within ${REQUEST_TIMEOUT_MS / 1000} s`
          : messageOf((error as Error).cause ?? error);
      throw new AnalyticsError(POSTHOG_ERRORS.notReachable, { host: origin, cause });
    }
  }

  return {
    get: (path) => requestIfAllowed(`${root}${path}`),
    async list(path) {
      const found: Record<string, unknown>[] = [];
      let url = `${root}${path}`;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const { results, next } = await request('GET', url);
        if (Array.isArray(results)) found.push(...results.filter(isObject));
        if (typeof next !== 'string') break;
        // Only the path is used. Behind a proxy the host may be wrong, and the key must not go to another host.
        const { pathname, search } = new URL(next, origin);
        url = `${origin}${pathname}${search}`;
      }
      return found;
    },
    send: (method, path, body) => request(method, `${root}${path}`, body),
  };
}

type Outcome = { readonly value: Record<string, unknown> } | { readonly status: number; readonly detail: unknown };

function originOf(host: string): string {
  const url = URL.canParse(host) ? new URL(host) : undefined;
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))) return url.origin;
  throw new AnalyticsError(POSTHOG_ERRORS.invalidHost);
}

const REFUSALS = {
  400: POSTHOG_ERRORS.requestNotAccepted,
  401: POSTHOG_ERRORS.keyNotAccepted,
  403: POSTHOG_ERRORS.scopeMissing,
  404: POSTHOG_ERRORS.projectNotFound,
  429: POSTHOG_ERRORS.tooManyRequests,
} as const;

function refused(status: number, said: unknown): AnalyticsError {
  const detail = typeof said === 'string' ? ` PostHog says: ${said.slice(0, 200)}` : '';
  return isKnown(status)
    ? new AnalyticsError(REFUSALS[status], { detail })
    : new AnalyticsError(POSTHOG_ERRORS.unexpectedAnswer, { status, detail });
}

function isKnown(status: number): status is keyof typeof REFUSALS {
  return Object.hasOwn(REFUSALS, status);
}
