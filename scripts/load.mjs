// node scripts/load.mjs [--seconds 5] [--connections 64] [--rounds 3]: how many reports a second the collector makes
// durable, beside a bare HTTP server that reads the same bodies; then kill -9 in the middle, and the sums.
import { spawn } from 'node:child_process';

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createInstall } from '../dist/internals/installs.js';
import { randomFrom } from '../dist/internals/random.js';
import { bodyOf, createMemory, totalsOf } from '../dist/internals/reports.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '3' },
  },
});
const [seconds, connections, rounds] = [values.seconds, values.connections, values.rounds].map(Number);
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

async function start(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface(child.stdout)) {
    const url = /ready: (\S+)/.exec(line)?.[1];
    if (url !== undefined) return { child, url, ended: new Promise((resolve) => child.on('close', resolve)) };
  }
  throw new Error('it did not start');
}
const bare = () => start(['-e', BARE]);
const collector = (db) =>
  start(['bin/dot-ai-analytics.cjs', 'collector', '--db', db, '--port', '0', '--rate', '0', '--min-rows', '1']);

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
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const until = performance.now() + forSeconds * 1000;
  const times = [];
  let failed = 0;
  const sender = async (number) => {
    for (let at = number; performance.now() < until; at += connections) {
      const { status, ms } = await post(url, agent, bodies[at % bodies.length]);
      if (status === 200) times.push(ms);
      else {
        failed += 1;
        if (status === 0) return;
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, number) => sender(number)));
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  return { perSecond: times.length / forSeconds, p50: at(0.5), p99: at(0.99), acknowledged: times.length, failed };
}

const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const folder = mkdtempSync(join(tmpdir(), 'dot-ai-analytics-load-'));
const bodies = await templates();
const rows = bodies.reduce((sum, body) => sum + JSON.parse(body).batch.length, 0) / bodies.length;
const bytes = bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length;
console.log(
  `Node ${process.version}, ${connections} connections, ${rows.toFixed(1)} rows and ${Math.round(bytes)} bytes a report, ${rounds} rounds of ${seconds} s`,
);

const results = { bare: [], collector: [] };
for (let round = 0; round < rounds; round += 1) {
  for (const kind of ['bare', 'collector']) {
    const server = await (kind === 'bare' ? bare() : collector(join(folder, `${round}.db`)));
    await load(server.url, bodies, 1); // warm
    const result = await load(server.url, bodies, seconds);
    const rss = memory(server.child.pid);
    results[kind].push(result);
    console.log(
      `${kind.padEnd(10)} ${Math.round(result.perSecond)} reports/s, p50 ${result.p50.toFixed(1)} ms, p99 ${result.p99.toFixed(1)} ms, ${Math.round(rss)} MiB, ${result.failed} failed`,
    );
    server.child.kill('SIGTERM');
    await server.ended;
  }
}
const ratio =
  median(results.collector.map(({ perSecond }) => perSecond)) / median(results.bare.map(({ perSecond }) => perSecond));
console.log(`collector / bare server: ${ratio.toFixed(2)}`);

const db = join(folder, 'kill.db');
const first = await collector(db);
const killed = load(first.url, bodies, 3);
setTimeout(() => first.child.kill('SIGKILL'), 1500);
const { acknowledged, failed } = await killed;
await first.ended;
const second = await collector(db);
const answer = await (await fetch(`${second.url}api/v1/overview?from=${day}&to=${day}`)).json();
const counted = answer.rows[0].reports;

second.child.kill('SIGTERM');
await second.ended;
console.log(`killed in the middle: ${acknowledged} acknowledged, ${counted} counted, ${failed} without an answer`);
rmSync(folder, { recursive: true, force: true });
process.exitCode = counted >= acknowledged && counted <= acknowledged + failed ? 0 : 1;
