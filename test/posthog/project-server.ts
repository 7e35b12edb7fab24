import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/*
 * The part of PostHog's API that the command uses, on loopback, as PostHog's serializers and models describe it
 * (github.com/PostHog/posthog: products/product_analytics/backend/models/insight.py, posthog/api/insight.py and
 * dashboard.py, products/annotations/backend/api/annotation.py, posthog/api/project.py). It is stricter than PostHog:
 * it notes fields that do not exist.
 */

export interface Thing {
  id: number;
  [name: string]: unknown;
}

export interface Behavior {
  /** Status of the nth request, where it is not to be answered properly. */
  readonly fail?: (request: number) => number | undefined;
  /** Scopes of the key. */
  readonly scopes?: readonly string[];
  readonly project?: Readonly<Record<string, unknown>>;
  readonly definitions?: readonly { readonly name: string; readonly property_type: string | null }[];
  /** The rows that a query gives. */
  readonly query?: (sql: string) => readonly (readonly unknown[])[];
}

/** Fields that can be written, and the longest text that each takes. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  dashboards: { name: 400, description: 100_000 },
  insights: { name: 400, description: 400, query: 0, saved: 0, dashboards: 0 },
  annotations: { content: 8192, date_marker: 100, scope: 24 },
};
const OBJECTS: Readonly<Record<string, string>> = {
  dashboards: 'dashboard',
  insights: 'insight',
  annotations: 'annotation',
  property_definitions: 'property_definition',
};
const ALL = [
  'dashboard:write',
  'insight:write',
  'annotation:write',
  'query:read',
  'project:read',
  'property_definition:read',
];
const PAGE = 3;
const PROJECT = { id: 123, timezone: 'UTC', week_start_day: 1, anonymize_ips: true };

export async function projectServer(behavior: Behavior = {}) {
  const { fail = () => undefined, scopes = ALL, project = PROJECT, definitions = [], query = () => [] } = behavior;
  const stored: Record<string, Thing[]> = { dashboards: [], insights: [], annotations: [] };
  const requests: string[] = [];
  const problems: string[] = [];

  function validate(kind: string, body: Readonly<Record<string, unknown>>): string | undefined {
    for (const [field, value] of Object.entries(body)) {
      const longest = FIELDS[kind]?.[field];
      if (longest === undefined) problems.push(`${kind} has no field ${field}`);
      else if (typeof value === 'string' && value.length > longest)
        return `Ensure this field has no more than ${longest} characters.`;
    }
    return undefined;
  }

  function page(kind: string, parameters: URLSearchParams, host: string) {
    const search = parameters.get('search');
    const things = (stored[kind] ?? []).filter(
      (thing) =>
        thing.deleted !== true && (search === null || kind !== 'annotations' || String(thing.content).includes(search)),
    );
    const offset = Number(parameters.get('offset') ?? 0);
    const more = new URLSearchParams(parameters);
    more.set('offset', String(offset + PAGE));
    const next = offset + PAGE < things.length ? `http://${host}/api/projects/123/${kind}/?${more}` : null;
    // As the basic serializer does: without `dashboards`, which is on its way out.
    const results = things.slice(offset, offset + PAGE).map(({ dashboards: ids, ...thing }) => ({
      ...thing,
      ...(Array.isArray(ids) && { dashboard_tiles: ids.map((id) => ({ dashboard_id: id, deleted: false })) }),
    }));
    return { count: things.length, next, previous: null, results };
  }

  const server = createServer(async (incoming, response) => {
    const answer = (status: number, body: object, headers = {}) =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    const { method = '', url = '' } = incoming;
    requests.push(`${method} ${url}`);
    const body = await read(incoming);
    const status = fail(requests.length);
    if (status === 429) return answer(429, { detail: 'Request was throttled.' }, { 'retry-after': '1' });
    if (status !== undefined) return answer(status, { detail: 'it was made to fail' });
    if (incoming.headers.authorization !== 'Bearer phx_right')
      return answer(401, { detail: 'Invalid personal API key.' });
    const [, number, kind = '', id, parameters] =
      /^\/api\/projects\/(\d+)\/(?:(\w+)\/)?(?:(\d+)\/)?(?:\?(.*))?$/.exec(url) ?? [];
    if (number !== '123') return answer(404, { detail: 'Project not found.' });

    const object = kind === '' ? 'project' : kind === 'query' ? 'query' : OBJECTS[kind];
    const isReading = method === 'GET' || kind === 'query';
    const allowed = scopes.includes(`${object}:write`) || (isReading && scopes.includes(`${object}:read`));
    if (!allowed) return answer(403, { detail: `API key missing required scope '${object}:read'` });

    if (kind === '') return answer(200, project);
    if (kind === 'property_definitions')
      return answer(200, { count: definitions.length, next: null, results: definitions });
    if (kind === 'query') {
      const { query: asked } = body as { query: { kind: string; query: string } };
      if (asked.kind !== 'HogQLQuery') problems.push(`query of kind ${asked.kind}`);
      return answer(200, { results: query(asked.query), columns: [], types: [] });
    }
    if (method === 'GET' && id === undefined)
      return answer(200, page(kind, new URLSearchParams(parameters), incoming.headers.host ?? ''));

    const detail = validate(kind, body);
    if (detail !== undefined) return answer(400, { type: 'validation_error', detail });
    // PostHog adds defaults to a query that it stores.
    const kept = body.query ? { ...body, query: { ...(body.query as object), full: true, version: 2 } } : body;
    const things = stored[kind] ?? [];
    if (method === 'POST' && id === undefined) {
      const thing = { id: 1000 + Object.values(stored).flat().length, deleted: false, ...kept };
      things.push(thing);
      return answer(201, thing);
    }
    const found = things.find((thing) => thing.id === Number(id));
    if (method === 'PATCH' && found !== undefined) return answer(200, Object.assign(found, kept));
    problems.push(`${method} ${url}`);
    answer(405, { detail: 'Method not allowed.' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { dashboards = [], insights = [], annotations = [] } = stored;
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, dashboards, insights, annotations, requests, problems };
}

async function read(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}
