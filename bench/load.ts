/*
 * How many reports a second the collector makes durable, beside a bare HTTP server that reads the same bodies; then
 * kill -9 in the middle, and the sums.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spread } from './measure.js';
import { CLI, temporaryFolder } from './processes.js';
import { createSender, DAY, rowsIn, templates } from './sender.js';

const CONNECTIONS = 64;

const BARE = `require('node:http').createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    Buffer.concat(chunks);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":1}');
  });
}).listen(0, '127.0.0.1', function () { console.log('ready: http://127.0.0.1:' + this.address().port + '/'); });`;

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<void>;
}

async function start(args: readonly string[], node = process.execPath): Promise<Started> {
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  for await (const line of createInterface(child.stdout)) {
    const url = /ready: (\S+)/.exec(line)?.[1];
    if (url !== undefined) return { child, url, ended };
  }
  throw new Error('it did not start');
}

function startBare(node?: string): Promise<Started> {
  return start(['-e', BARE], node);
}

function startCollector(db: string, node?: string): Promise<Started> {
  return start([CLI, 'collector', '--db', db, '--port', '0', '--rate', '0', '--min-installs', '1'], node);
}

interface Outcome {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly acknowledged: number;
  readonly failed: number;
}

async function load(url: string, send: ReturnType<typeof createSender>, forSeconds: number): Promise<Outcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const until = performance.now() + forSeconds * 1000;
  const times: number[] = [];
  let failed = 0;
  const sendAll = async (number: number) => {
    for (let at = number; performance.now() < until; at += CONNECTIONS) {
      const { status, ms } = await send(url, agent, at);
      if (status === 200) times.push(ms);
      else {
        failed += 1;
        if (status === 0) return;
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, number) => sendAll(number)));
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  return { perSecond: times.length / forSeconds, p50: at(0.5), p99: at(0.99), acknowledged: times.length, failed };
}

/** MiB. */
function memoryOf({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

type Measured = Pick<Outcome, 'perSecond' | 'p50' | 'p99'> & { readonly rss: number };

/** The medians of all rounds. */
function summary(rounds: readonly Measured[]): Measured {
  const middle = (of: (round: Measured) => number) => spread(rounds.map(of)).median;
  return {
    perSecond: middle(({ perSecond }) => perSecond),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    rss: middle(({ rss }) => rss),
  };
}

export interface Load {
  readonly bare: Measured;
  readonly collector: Measured;
  /** Of one report, on the average. */
  readonly rows: number;
  readonly bytes: number;
}

export interface LoadOptions {
  readonly seconds: number;
  readonly rounds: number;
  /** The program of another Node version. */
  readonly node?: string;
}

/** The bare server and the collector in turn, each with a fresh file. */
export async function throughput({ seconds, rounds, node }: LoadOptions): Promise<Load> {
  const folder = temporaryFolder();
  const bodies = await templates();
  const send = createSender(bodies);
  const measure = async ({ child, url, ended }: Started): Promise<Measured> => {
    await load(url, send, 1); // warm
    const measured = { ...(await load(url, send, seconds)), rss: memoryOf(child) };
    child.kill('SIGTERM');
    await ended;
    return measured;
  };
  const bare: Measured[] = [];
  const collector: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await measure(await startBare(node)));
    collector.push(await measure(await startCollector(join(folder, `${round}.db`), node)));
  }
  const mean = (of: (body: string) => number) => bodies.reduce((sum, body) => sum + of(body), 0) / bodies.length;
  return {
    bare: summary(bare),
    collector: summary(collector),
    rows: mean(rowsIn),
    bytes: mean((body) => body.length),
  };
}

export interface Killed {
  readonly acknowledged: number;
  readonly counted: number;
  readonly unanswered: number;
}

/** Every report that was acknowledged before kill -9 is counted afterward, and none that was never sent. */
export async function killedInTheMiddle(): Promise<Killed> {
  const db = join(temporaryFolder(), 'kill.db');
  const send = createSender(await templates());
  const first = await startCollector(db);
  const killed = load(first.url, send, 3);
  setTimeout(() => first.child.kill('SIGKILL'), 1500);
  const { acknowledged, failed } = await killed;
  await first.ended;
  const second = await startCollector(db);
  const answer = await fetch(`${second.url}api/v1/overview?from=${DAY}&to=${DAY}`);
  const { rows } = (await answer.json()) as { rows: { reports: number }[] };
  second.child.kill('SIGTERM');
  await second.ended;
  return { acknowledged, counted: rows[0]?.reports ?? 0, unanswered: failed };
}
