import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseAnswer } from '../../../src/core/deliver/answer.js';
import { temporaryHome } from '../../../src/testing/index.js';
import { ROOT, run, runScript } from '../../support/processes.js';

const hasOpenssl = (await run('openssl', ['version']).catch(() => ({ code: 1 }))).code === 0;
if (!hasOpenssl) process.stderr.write('SKIPPED: openssl is not installed, so nothing is sent over TLS\n');

const home = temporaryHome();
const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(home.folder, name)) as [string, string];

beforeAll(() => {
  if (hasOpenssl && !existsSync(cert)) {
    const create = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', [...create, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  }
  return home.remove;
});

async function listen(scheme: string, answer: RequestListener): Promise<number> {
  const server: Server =
    scheme === 'https'
      ? createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer)
      : createHttpServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Posts from a program of its own, which trusts the certificate; prints the answer, or why there is none. */
async function post(url: string, before = '', options = '', own: NodeJS.ProcessEnv = { NODE_EXTRA_CA_CERTS: cert }) {
  const source = `
    import { post } from '${ROOT}src/core/deliver/post.ts';
    ${before}
    const options = { mayStart: () => true, signal: new AbortController().signal, background: false, lookup: 'system', ${options} };
    const answer = await post('${url}', '{"a":"ä"}', options).catch(({ code, message }) => ({ failed: code ?? message }));
    console.log(JSON.stringify(answer));`;
  const env = { ...process.env, ...own };
  const { stdout, stderr, signal, code } = await runScript(source, { env, flags: ['--import', 'tsx'] });
  expect({ stderr, signal, code }).toEqual({ stderr: '', signal: null, code: 0 });
  return JSON.parse(stdout);
}

const ANSWERS: Record<string, RequestListener> = {
  'with a length': (_request, response) => response.end('{"status":1}'),
  'in chunks': (_request, response) => {
    response.write('{"sta');
    response.end('tus":1}');
  },
  'until the connection ends': ({ socket }) => socket.end('HTTP/1.1 200 OK\r\n\r\n{"status":1}'),
};

describe.each(hasOpenssl ? ['http', 'https'] : ['http'])('over %s', (scheme) => {
  test.each(Object.entries(ANSWERS))('P7: an answer %s is recognized', async (_name, answer) => {
    const bodies: string[] = [];
    const port = await listen(scheme, (request, response) => {
      request.setEncoding('utf8').on('data', (text) => bodies.push(text));
      request.on('end', () => answer(request, response as never));
    });
    expect(await post(`${scheme}://localhost:${port}/batch/`)).toMatchObject({ status: 200, body: '{"status":1}' });
    expect(bodies.join('')).toBe('{"a":"ä"}');
  });

  test('P6: of two addresses the first refuses, and the host lives', async () => {
    const port = await listen(scheme, (_request, response) => void response.end('{"status":1}'));
    const before = `
      import dns from 'node:dns';
      import { syncBuiltinESMExports } from 'node:module';
      dns.lookup = (name, options, done) => done(null, [{ address: '127.0.0.3', family: 4 }, { address: '127.0.0.1', family: 4 }]);
      syncBuiltinESMExports();`;
    expect(await post(`${scheme}://localhost:${port}/`, before)).toMatchObject({ status: 200 });
  });

  test('P6: an opt-out as soon as the connection stands, and the host lives', async () => {
    const port = await listen(scheme, (_request, response) => void response.end());
    for (let times = 0; times < 3; times += 1)
      expect(await post(`${scheme}://localhost:${port}/`, '', 'mayStart: () => false')).toEqual({ failed: 'off' });
  });

  test('P3, P4: what traces a host adds no header', async () => {
    let headers: string[] = [];
    const port = await listen(scheme, ({ rawHeaders }, response) => {
      headers = rawHeaders.filter((_name, at) => at % 2 === 0);
      response.end('{"status":1}');
    });
    const before = `
      import http from 'node:http';
      const { setHeader } = http.OutgoingMessage.prototype;
      http.ClientRequest.prototype.end = new Proxy(http.ClientRequest.prototype.end, {
        apply(end, request, given) {
          setHeader.call(request, 'traceparent', '00-1-1-01');
          return Reflect.apply(end, request, given);
        },
      });
      process.getBuiltinModule('node:diagnostics_channel').subscribe('http.client.request.start', () => process.exit(9));`;
    await post(`${scheme}://localhost:${port}/`, before);
    expect(headers).toEqual(['Host', 'User-Agent', 'Content-Type', 'Content-Length', 'Connection']);
  });
});

test.runIf(hasOpenssl)(
  'P6, P10: where a host trusts every certificate, a report still goes only to whom one names, and nothing is printed',
  async () => {
    let requests = 0;
    const port = await listen('https', (_request, response) => {
      requests += 1;
      response.end('{"status":1}');
    });
    const url = `https://localhost:${port}/batch/`;
    const after = "mayStart: () => process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0'";
    const trusting = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(await post(url, '', after, trusting)).toEqual({ failed: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(requests).toBe(0);
    expect(await post(url, '', after, { ...trusting, NODE_EXTRA_CA_CERTS: cert })).toMatchObject({ status: 200 });
  },
);

describe('the bytes of an answer', () => {
  const parse = (text: string, isOver = false) => parseAnswer(Buffer.from(text), isOver);

  test('cut at every byte, it is missing a part, or it is an error at the end', () => {
    for (const whole of [
      'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"status":1}',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"sta\r\n7;x\r\ntus":1}\r\n0\r\n',
    ]) {
      expect(parse(whole)).toMatchObject({ status: 200, body: '{"status":1}' });
      for (let length = 0; length < whole.length - 3; length += 1) {
        expect(parse(whole.slice(0, length)), `cut at ${length}`).toBeUndefined();
        expect(() => parse(whole.slice(0, length), true), `ended at ${length}`).toThrow();
      }
    }
  });

  test.each([
    'HTTP/2 200\r\n\r\n',
    'SSH-2.0-x\r\n\r\n',
    'HTTP/1.1 2000 OK\r\n\r\n',
    'HTTP/1.1 099 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nno header\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'HTTP/1.1 101 Upgrade\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n'.repeat(10),
  ])('%j is none', (text) => {
    expect(() => parse(text, true)).toThrow();
  });
});
