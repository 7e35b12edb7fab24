import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { temporaryHome } from '../../src/testing/index.js';

const PROGRAM = fileURLToPath(new URL('slow-receiver.py', import.meta.url));

export interface SlowReceiver {
  readonly host: string;
  /** For a sender that trusts its certificate. */
  readonly env: NodeJS.ProcessEnv;
  /** Until a client stands and the receiver has stopped reading. */
  readonly isConnected: Promise<unknown>;
  /** From now on it reads everything. Bytes that had reached its own kernel by now arrived before. */
  finish(): Promise<{ readonly before: number; readonly after: number }>;
}

/** Its window is 2 KB. Over TLS it reads the greeting and nothing more, without TLS nothing, until it is told to. */
export async function slowReceiver(scheme: 'http' | 'https'): Promise<SlowReceiver> {
  const upstream = scheme === 'https' ? await tlsServer() : undefined;
  const args = upstream === undefined ? ['0', '0'] : [`${upstream.port}`, '1'];
  const receiver = spawn('python3', [PROGRAM, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void receiver.kill());
  const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
  const port = (await lines.next()).value;
  return {
    host: `${scheme}://127.0.0.1:${port}`,
    env: upstream === undefined ? {} : { NODE_EXTRA_CA_CERTS: upstream.cert },
    isConnected: lines.next(),
    async finish() {
      receiver.stdin.write('\n');
      const [before = Number.NaN, after = Number.NaN] = String((await lines.next()).value)
        .split(' ')
        .map(Number);
      return { before, after };
    },
  };
}

async function tlsServer(): Promise<{ readonly port: number; readonly cert: string }> {
  const home = temporaryHome();
  onTestFinished(home.remove);
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(home.folder, name)) as [string, string];
  const create = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...create, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
    socket.on('error', () => {}).resume();
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, cert };
}
