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
export function refuse(status: keyof typeof KINDS, detail: string, headers: Record<string, string> = {}): Response {
  return Response.json({ type: KINDS[status], status, detail }, { status, headers });
}
