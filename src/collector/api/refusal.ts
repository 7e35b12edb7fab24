import type { ServerResponse } from 'node:http';

/** An answer in JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The detail of 421. */
export const NOT_A_NAME = 'this is not a name of the collector (--allow-host)';

/** What an answer that is not an answer is, by its status. */
const KINDS = {
  400: 'validation_error',
  401: 'authentication_error',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  421: 'misdirected',
  422: 'unknown_value',
  429: 'rate_limited',
  500: 'internal_error',
  503: 'unavailable',
} as const;

/**
 * An answer that says which rule is broken, and contains nothing of the request.
 *
 * @param headers `retry-after` in seconds, `allow`, and others that belong to the status
 */
export function refusal(status: keyof typeof KINDS, detail: string, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ type: KINDS[status], status, detail }),
  };
}

/** The same for a route. */
export function refuse(...what: Parameters<typeof refusal>): Response {
  return toResponse(refusal(...what));
}

export function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers });
}

export function send({ status, headers, body }: Answer, outgoing: ServerResponse): void {
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
