/*
 * How many reports a second the collector makes durable, beside a bare HTTP server that reads the same bodies; then
 * kill -9 in the middle, and the sums.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createInstall } from '../dist/internals/installs.js';
import { randomFrom } from '../dist/internals/random.js';
import { bodyOf, createMemory, totalsOf } from '../dist/internals/reports.js';
import { spread } from './measure.js';
import { CLI, temporaryFolder } from './processes.js';

const CONNECTIONS = 64;
const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** About ten on the average. */
const MOST_ROWS = 15;

/** Reports of invented installs; each time it is sent one gets ids of its own, so that none is a repetition. */
async function templates() {
  const random = randomFrom(1);
  const bodies = [];
  while (bodies.length < 200) {
    const simulated = createInstall(day, random).on(day);
    if (!simulated) continue;
    const body = await bodyOf(day, totalsOf(day, simulated), createMemory(), 'phc_load');
    if (JSON.parse(body).batch.length <= MOST_ROWS) bodies.push(body);
  }
  return bodies;
}

const BARE = `require('node:http').createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    Buffer.concat(chunks);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":1}');
  });
}).listen(0, '127.0.0.1', function () { console.log('ready: http://127.0.0.1:' + this.address().port + '/'); });`;

async function start(args, node = process.execPath) {
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface(child.stdout)) {
    const url = /ready: (\S+)/.exec(line)?.[1];
    if (url !== undefined) return { child, url, ended: new Promise((resolve) => child.on('close', resolve)) };
  }
  throw new Error('it did not start');
}
const bare = (node) => start(['-e', BARE], node);
const collector = (db, node) =>
  start([CLI, 'collector', '--db', db, '--port', '0', '--rate', '0', '--min-rows', '1'], node);

let sent = 0;
function post(url, agent, template) {
  // Unique: the first digits of each id are a number that goes up.
  sent += 1;
  const body = template.replace(
    /"([0-9a-f]{8})(-[0-9a-f]{4}-4)/g,
    (_, _first, rest) => `"${sent.toString(16).padStart(8, '0')}${rest}`,
  );
  return new Promise((resolve) => {
    const from = performance.now();
    const outgoing = request(
      `${url}batch/`,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode, ms: performance.now() - from }));
      },
    );
    outgoing.on('error', () => resolve({ status: 0, ms: performance.now() - from }));
    outgoing.end(body);
  });
}

async function load(url, bodies, forSeconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const until = performance.now() + forSeconds * 1000;
  const times = [];
  let failed = 0;
  const sender = async (number) => {
    for (let at = number; performance.now() < until; at += CONNECTIONS) {
      const { status, ms } = await post(url, agent, bodies[at % bodies.length]);
      if (status === 200) times.push(ms);
      else {
        failed += 1;
        if (status === 0) return;
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, number) => sender(number)));
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  return { perSecond: times.length / forSeconds, p50: at(0.5), p99: at(0.99), acknowledged: times.length, failed };
}

const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const middle = (results, key) => spread(results.map((one) => one[key])).median;

/** The bare server and the collector in turn, each with a fresh file. */
export async function throughput({ seconds, rounds, node }) {
  const folder = temporaryFolder();
  const bodies = await templates();
  const results = { bare: [], collector: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['bare', 'collector']) {
      const server = await (kind === 'bare' ? bare(node) : collector(join(folder, `${round}.db`), node));
      await load(server.url, bodies, 1); // warm
      results[kind].push({ ...(await load(server.url, bodies, seconds)), rss: memory(server.child.pid) });
      server.child.kill('SIGTERM');
      await server.ended;
    }
  }
  const summary = (list) =>
    Object.fromEntries(['perSecond', 'p50', 'p99', 'rss'].map((key) => [key, middle(list, key)]));
  const mean = (of) => bodies.reduce((sum, body) => sum + of(body), 0) / bodies.length;
  return {
    bare: summary(results.bare),
    collector: summary(results.collector),
    rows: mean((body) => JSON.parse(body).batch.length),
    bytes: mean((body) => body.length),
  };
}

/** Every report that was acknowledged before kill -9 is counted afterwards, and none that was never sent. */
export async function killedInTheMiddle() {
  const db = join(temporaryFolder(), 'kill.db');
  const bodies = await templates();
  const first = await collector(db);
  const killed = load(first.url, bodies, 3);
  setTimeout(() => first.child.kill('SIGKILL'), 1500);
  const { acknowledged, failed } = await killed;
  await first.ended;
  const second = await collector(db);
  const answer = await (await fetch(`${second.url}api/v1/overview?from=${day}&to=${day}`)).json();
  second.child.kill('SIGTERM');
  await second.ended;
  return { acknowledged, counted: answer.rows[0].reports, unanswered: failed };
}
