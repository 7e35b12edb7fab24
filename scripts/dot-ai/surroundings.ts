// What dot-ai talks to, on loopback: an AI provider, a plugin and the Kubernetes API.
import { createHmac } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export const JWT_SECRET = 'of-this-check';

/** How the AI provider answers from now on. `hangs`: a call of a tool that asks it is in flight. */
type Mode = 'answers' | 'refuses' | 'hangs';

export interface Surroundings {
  readonly url: string;
  mode: Mode;
  /** Requests to the AI provider so far. */
  asked: number;
  /** Requests that hang. */
  readonly hanging: Set<ServerResponse>;
  /** They fail now, so the calls that wait for them end. */
  release(): void;
  close(): void;
}

type Answer = (status: number, value: unknown) => ServerResponse;

export async function startSurroundings(): Promise<Surroundings> {
  const server = createServer(async (request, response) => {
    const body = (await json(request).catch(() => ({}))) as Record<string, unknown>;
    const answer: Answer = (status, value) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.url === '/execute') answerPlugin(body, answer);
    else if (request.url?.includes('subjectaccessreviews')) answerReview(body, answer);
    else answerChat(surroundings, response, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const surroundings: Surroundings = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mode: 'answers',
    asked: 0,
    hanging: new Set(),
    release() {
      for (const response of surroundings.hanging) response.destroy();
      surroundings.hanging.clear();
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return surroundings;
}

/** An OpenAI-compatible provider. */
function answerChat(surroundings: Surroundings, response: ServerResponse, answer: Answer): void {
  surroundings.asked += 1;
  if (surroundings.mode === 'hangs') {
    surroundings.hanging.add(response);
    return;
  }
  if (surroundings.mode === 'refuses') {
    answer(401, { error: { message: 'the key is not valid', type: 'invalid_request_error' } });
    return;
  }
  const choices = [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }];
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  answer(200, { id: '1', object: 'chat.completion', created: 1, model: 'm', choices, usage });
}

/** A plugin that is there and can do nothing. */
function answerPlugin({ hook }: Record<string, unknown>, answer: Answer): void {
  if (hook === 'describe') answer(200, { name: 'agentic-tools', version: '1.0.0', tools: [] });
  else answer(200, { sessionId: '1', success: false, error: { code: 'NONE', message: 'no cluster' }, state: {} });
}

interface Review {
  readonly spec?: { readonly resourceAttributes?: { readonly verb?: string } };
}

/** A cluster in which users may run tools, but not apply manifests. */
function answerReview(review: Review, answer: Answer): void {
  answer(201, { ...review, status: { allowed: review.spec?.resourceAttributes?.verb !== 'apply' } });
}

/** The token of a user who signed in with OAuth: only for such users does dot-ai ask the cluster. */
export function oauthToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: 'a-user', email: 'user@example.com', groups: [], iat: now, exp: now + 3_600 };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', JWT_SECRET).update(signed).digest('base64url')}`;
}

/** KUBECONFIG for the cluster above. */
export function kubeconfig(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}
