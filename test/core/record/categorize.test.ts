import { SdkError, SdkErrorCode } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { categorize } from '../../../src/core/record/categorize.js';

const error = (properties: object, message = 'x') => Object.assign(new Error(message), properties);

function circular(): Error {
  const one = error({ code: 'ECONNRESET' });
  return Object.assign(one, { cause: one });
}

test.each([
  ['a refused connection', error({ code: 'ECONNREFUSED' }), 'network'],
  ['a name that does not resolve', error({ code: 'ENOTFOUND' }), 'network'],
  ['a connection that timed out', error({ code: 'ETIMEDOUT' }), 'timeout'],
  ['a missing file', error({ code: 'ENOENT' }), 'storage'],
  ['an abort', AbortSignal.abort().reason, 'cancelled'],
  ['a timeout signal', new DOMException('x', 'TimeoutError'), 'timeout'],
  ['HTTP 401', error({ status: 401 }), 'authentication'],
  ['HTTP 403', error({ statusCode: 403 }), 'authorization'],
  ['HTTP 422', error({ status: 422 }), 'validation'],
  ['HTTP 503', error({ status: 503 }), 'network'],
  ['a Kubernetes status', error({ code: 409, body: { kind: 'Status' } }), 'kubernetes'],
  ['a Kubernetes refusal', error({ code: 403, body: { kind: 'Status' } }), 'authorization'],
  ['zod', z.object({ a: z.string() }).safeParse({}).error, 'validation'],
  ['the AI SDK', error({ [Symbol.for('vercel.ai.error')]: true }), 'ai_service'],
  ['dot-ai’s AppError', error({ category: 'configuration', code: 'X' }), 'configuration'],
  ['an McpError made from one', error({ code: -32603, cause: error({ category: 'ai_service' }) }), 'ai_service'],
  [
    'one that was converted twice',
    error({ code: -32602, cause: error({ status: 500, cause: error({ category: 'authorization' }) }) }),
    'authorization',
  ],
  [
    'its own category, before that of its cause',
    error({ category: 'storage', cause: { category: 'network' } }),
    'storage',
  ],
  ['a cause that leads to itself', circular(), 'network'],
  ['a category that is none', error({ category: 'my-cluster' }), 'other'],
  ['JSON-RPC invalid params', error({ code: -32602 }), 'validation'],
  ['JSON-RPC internal error', error({ code: -32603 }), 'internal'],
  ['MCP’s disagreeing headers', error({ code: -32020 }), 'mcp_protocol'],
  ['MCP’s missing capability', error({ code: -32021 }), 'mcp_protocol'],
  ['MCP’s unknown version', error({ code: -32022 }), 'mcp_protocol'],
  ['MCP’s missing resource', error({ code: -32002 }), 'operation'],
  ['a timeout of SDK v2', new SdkError(SdkErrorCode.RequestTimeout, 'x'), 'timeout'],
  ['a closed connection of SDK v2', new SdkError(SdkErrorCode.ConnectionClosed, 'x'), 'network'],
  ['an invalid result of SDK v2', new SdkError(SdkErrorCode.InvalidResult, 'x'), 'mcp_protocol'],
  ['fetch', new TypeError('fetch failed', { cause: error({ code: 'ECONNRESET' }) }), 'network'],
  ['a bug', new TypeError('x is not a function'), 'internal'],
  ['a plain error', new Error('timeout ETIMEDOUT 401 unauthorized'), 'other'],
  ['a string', 'ECONNREFUSED', 'other'],
  ['undefined', undefined, 'other'],
  ['null', null, 'other'],
  ['a number', 401, 'other'],
  ['a name of an object’s prototype', error({ code: 'constructor' }), 'other'],
])('%s is %s', (_name, thrown, category) => {
  expect(categorize(thrown)).toBe(category);
});

test('P3, P6: a value that cannot be read is "other", and neither name, message nor stack is touched', () => {
  const touched: string[] = [];
  const spy = new Proxy(new Error('secret'), {
    get(target, property) {
      touched.push(String(property));
      return Reflect.get(target, property);
    },
  });
  expect(categorize(spy)).toBe('other');
  expect(touched).not.toContain('name');
  expect(touched).not.toContain('message');
  expect(touched).not.toContain('stack');
  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('no');
      },
      has() {
        throw new Error('no');
      },
      getPrototypeOf() {
        throw new Error('no');
      },
    },
  );
  expect(categorize(hostile)).toBe('other');
});
