import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { type Kind, toolOf } from './peers.mjs';
import { BENCH, type Environment } from './processes.js';

export interface Connected {
  readonly child: ChildProcess;
  /** @param number of the call; tools take turns */
  call(number: number): Promise<unknown>;
  /** Ends its stdin. @returns what it wrote to stderr until it ended */
  close(): Promise<string>;
}

/**
 * A real client with the instrumented server as its child.
 * @param patience how long the server may send what it has after its stdin has ended, ms
 */
export async function connect(kind: Kind, url: string, env: Environment, patience = 0): Promise<Connected> {
  const args = [join(BENCH, 'subjects', 'server.mjs'), kind, url, `${patience}`];
  const child = spawn(process.execPath, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const client = await clientOf(transportOn(child.stdout, child.stdin));
  return {
    child,
    call: (number) => callOn(client, number),
    async close() {
      await client.close();
      await ended;
      return stderr;
    },
  };
}

/** Two servers in one process, so that nothing differs between them but what is measured. */
export interface Pair {
  plain(number: number): Promise<unknown>;
  instrumented(number: number): Promise<unknown>;
  /** Until the process has ended by itself. */
  close(): Promise<void>;
}

/** @param work µs that the second server computes in each call */
export async function connectPair(kind: Kind, url: string, env: Environment, work = 0): Promise<Pair> {
  const args = [join(BENCH, 'subjects', 'pair.mjs'), kind, url, `${work}`];
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, args, { env, stdio: [...stdio] });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const [, , , one, other] = child.stdio as unknown as readonly Duplex[];
  if (one === undefined || other === undefined) throw new Error('the child has no sockets');
  const [plain, instrumented] = [await clientOf(transportOn(one, one)), await clientOf(transportOn(other, other))];
  return {
    plain: (number) => callOn(plain, number),
    instrumented: (number) => callOn(instrumented, number),
    async close() {
      await Promise.all([instrumented.close(), plain.close()]);
      await ended;
    },
  };
}

/** The protocol of stdio. The SDK's own transport does not wait for the end of its child. */
function transportOn(from: Readable, to: Writable): Transport {
  const buffer = new ReadBuffer();
  const transport: Transport = {
    async start() {
      from.on('data', (chunk: Buffer) => {
        buffer.append(chunk);
        for (let message = buffer.readMessage(); message !== null; message = buffer.readMessage())
          transport.onmessage?.(message);
      });
    },
    async send(message: JSONRPCMessage) {
      to.write(serializeMessage(message));
    },
    async close() {
      to.end();
      transport.onclose?.();
    },
  };
  return transport;
}

async function clientOf(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(transport);
  await client.listTools();
  return client;
}

/** @throws if the tool fails */
async function callOn(client: Client, number: number): Promise<unknown> {
  const result = await client.callTool({ name: toolOf(number), arguments: {} });
  if (result.isError) throw new Error(`the tool failed: ${JSON.stringify(result)}`);
  return result;
}
