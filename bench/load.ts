/*
 * How many reports a second the collector makes durable, beside a bare HTTP server that reads the same bodies; then
 * kill -9 in the middle, and the sums.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spread } from './measure.js';
import { CLI, temporaryFolder } from './processes.js';
import { createSender, DAY, rowsIn, type Send, sendFor, templates } from './sender.js';

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

/** MiB. */
function memoryOf({ pid }: ChildProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** What Linux counts processor time in, for programs: hundredths of a second. */
const TICK_US = 10_000;

/** Of all threads of a process so far, in µs. */
function processorTimeOf({ pid }: ChildProcess): number {
  const [, afterName = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const fields = afterName.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US; // utime and stime
}

/** How many reports a collector has counted, by its API: each has one row that says that an install was active. */
async function countedBy(url: string): Promise<number> {
  const answer = await fetch(`${url}api/v1/overview?from=${DAY}&to=${DAY}`);
  const { rows } = (await answer.json()) as { rows: { installs: number | null }[] };
  return rows[0]?.installs ?? 0;
}

interface Measured {
  readonly perSecond: number;
  /** ms. */
  readonly p50: number;
  readonly p99: number;
  /** Processor time of the server, µs. It depends less than the others on what else the machine does. */
  readonly cpuPerReport: number;
  /** MiB. */
  readonly rss: number;
}

async function sendAllFor(seconds: number, url: string, send: Send): Promise<readonly number[]> {
  const { times, refused, unanswered } = await sendFor(seconds, url, send);
  if (times.length === 0 || refused + unanswered > 0) {
    throw new Error(`${times.length} reports were acknowledged, ${refused} refused, ${unanswered} not answered`);
  }
  return times;
}

/** Until then, compilers of JavaScript and WebAssembly take more processor time than the reports. */
const WARMING_REPORTS = 5_000;

/** @throws where a server refuses a report, or where a collector has not counted what it acknowledged */
async function measure(
  { child, url, ended }: Started,
  send: Send,
  seconds: number,
  server: 'bare' | 'collector',
): Promise<Measured> {
  let warming = 0;
  while (warming < WARMING_REPORTS) warming += (await sendAllFor(1, url, send)).length;
  const before = processorTimeOf(child);
  const times = await sendAllFor(seconds, url, send);
  const cpuPerReport = (processorTimeOf(child) - before) / times.length;
  const rss = memoryOf(child);
  if (server === 'collector') {
    const acknowledged = warming + times.length;
    const counted = await countedBy(url);
    if (counted !== acknowledged) throw new Error(`${acknowledged} reports were acknowledged, ${counted} counted`);
  }
  child.kill('SIGTERM');
  await ended;
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  return { perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99), cpuPerReport, rss };
}

/** The medians of all rounds. */
function summary(rounds: readonly Measured[]): Measured {
  const middle = (of: (round: Measured) => number) => spread(rounds.map(of)).median;
  return {
    perSecond: middle(({ perSecond }) => perSecond),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    cpuPerReport: middle(({ cpuPerReport }) => cpuPerReport),
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
  const bare: Measured[] = [];
  const collector: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await measure(await startBare(node), send, seconds, 'bare'));
    const started = await startCollector(join(folder, `${round}.db`), node);
    collector.push(await measure(started, send, seconds, 'collector'));
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
  /** Under way when it was killed: each may be counted or not. */
  readonly unanswered: number;
}

/**
 * Every report that was acknowledged before kill -9 is counted afterward, and none that was never sent.
 * @throws where that is not so, or where the kill did not come in the middle
 */
export async function killedInTheMiddle(): Promise<Killed> {
  const db = join(temporaryFolder(), 'kill.db');
  const send = createSender(await templates());
  const first = await startCollector(db);
  const sent = sendFor(3, first.url, send);
  setTimeout(() => first.child.kill('SIGKILL'), 1500);
  const { acknowledged, refused, unanswered } = await sent;
  await first.ended;
  const second = await startCollector(db);
  const counted = await countedBy(second.url);
  second.child.kill('SIGTERM');
  await second.ended;
  const inTheMiddle = acknowledged > 0 && unanswered > 0 && refused === 0;
  if (!inTheMiddle || counted < acknowledged || counted > acknowledged + unanswered) {
    throw new Error(
      `kill -9: ${acknowledged} reports were acknowledged, ${counted} counted, ${unanswered} under way, ${refused} refused`,
    );
  }
  return { acknowledged, counted, unanswered };
}
