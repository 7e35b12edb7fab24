/** A request body for PostHog's `/batch/`. The same bytes are frozen, shown, sent and kept. */
export interface Body {
  readonly api_key: string;
  readonly batch: readonly EncodedEvent[];
}

interface EncodedEvent {
  readonly event: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly timestamp: string;
  readonly uuid: string;
  readonly distinct_id: string;
}

/** Replaces the project key. Ids and order stay, so that it is still the same report. */
export function withKey(body: string, key: string): string {
  const parsed = JSON.parse(body) as Body;
  return parsed.api_key === key ? body : serialize({ ...parsed, api_key: key });
}

export function serialize({ api_key, batch }: Body): string {
  return JSON.stringify({ api_key, batch });
}
