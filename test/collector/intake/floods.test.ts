import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../../src/collector/intake/intake.js';
import { encode } from '../../../src/core/report/encode.js';
import { fillYear } from '../../../src/simulation/year.js';
import { install, tool } from '../../support/collector.js';
import { post, residentMemory, type Started, start, yesterday } from '../../support/collector-process.js';
import { testHome } from '../../support/home.js';

/** An idle collector takes about 100, connections may hold 64, and the rest is garbage that is not collected yet. */
const MAX_RESIDENT_MIB = 600;
const PER_ADDRESS = 90;

interface Flood {
  readonly sockets: readonly Socket[];
  /** How many the collector has ended. */
  ended(): number;
}

/** Connections from several addresses of the loopback network. None reads unless it is told to. */
function flood(url: string, count: number, begin: (socket: Socket) => void): Flood {
  const port = Number(new URL(url).port);
  let ended = 0;
  const sockets = Array.from({ length: count }, (_, at) => {
    const localAddress = `127.0.1.${1 + Math.floor(at / PER_ADDRESS)}`;
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    socket.pause();
    socket.on('error', () => {});
    socket.on('close', () => {
      ended += 1;
    });
    socket.on('connect', () => begin(socket));
    return socket;
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return { sockets, ended: () => ended };
}

/** Honest senders beside the flood, and the greatest memory of the collector meanwhile. */
async function honestSenders(
  name: string,
  { url, child }: Started,
  reports: number,
): Promise<{ statuses: Set<number>; peak: number }> {
  let peak = 0;
  const look = setInterval(() => {
    peak = Math.max(peak, residentMemory(child.pid));
  }, 20);
  const statuses = new Set<number>();
  try {
    for (let at = 0; at < reports; at += 1) {
      const body = await encode([install(), tool('query', { invocations: 1, successes: 1 })], yesterday, 'k');
      statuses.add(await post(url, body).catch(() => 0));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    clearInterval(look);
  }
  process.stdout.write(`${JSON.stringify({ flood: name, statuses: [...statuses], peakMiB: Math.round(peak) })}\n`);
  return { statuses, peak };
}

const year = join(mkdtempSync(join(tmpdir(), 'dot-ai-analytics-')), 'year.db');
await fillYear({ db: year, today: new Date().toISOString().slice(0, 10), installs: 20, days: 365 });
afterAll(() => rmSync(dirname(year), { recursive: true }));

function filled(): string {
  const db = join(testHome().folder, 'collector.db');
  copyFileSync(year, db);
  return db;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
const LARGE = `/api/v1/tools?from=${yesterday.slice(0, 4)}-01-01&to=${yesterday}&granularity=day`;

describe('memory stays bounded, and honest senders are answered', () => {
  test.each([
    ['8 connections, files', 8, '/app.js', 1_000],
    ['8 connections, answers', 8, LARGE, 600],
    ['2500 connections, files', 2_500, '/app.js', 20],
    ['2500 connections, answers', 2_500, LARGE, 20],
  ])(
    'requests that are sent ahead, and answers that nobody reads: %s',
    { timeout: 180_000 },
    async (_name, count, path, times) => {
      const collector = await start(filled());
      flood(collector.url, count, (socket) => socket.write(get(path).repeat(times)));
      const { statuses, peak } = await honestSenders(expect.getState().currentTestName ?? '', collector, 40);
      expect({ statuses, peak }).toEqual({ statuses: new Set([200]), peak: expect.any(Number) });
      expect(peak).toBeLessThan(MAX_RESIDENT_MIB);
    },
  );

  test.each([
    ['files', '/app.js'],
    ['answers', LARGE],
  ])('2500 readers that do not read: %s', { timeout: 180_000 }, async (_name, path) => {
    const collector = await start(filled());
    flood(collector.url, 2_500, (socket) => socket.write(get(path)));
    const { statuses, peak } = await honestSenders(expect.getState().currentTestName ?? '', collector, 40);
    expect(statuses).toEqual(new Set([200]));
    expect(peak).toBeLessThan(MAX_RESIDENT_MIB);
  });

  test('2500 slow writers with half a body each are ended when they hold too much', { timeout: 180_000 }, async () => {
    const collector = await start(join(testHome().folder, 'collector.db'));
    const head = `POST /batch/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${MAX_BODY_BYTES}\r\n\r\n`;
    flood(collector.url, 2_500, (socket) => {
      socket.write(head);
      socket.write(Buffer.alloc(MAX_BODY_BYTES / 2, 0x20));
    });
    const { statuses, peak } = await honestSenders(expect.getState().currentTestName ?? '', collector, 40);
    expect(statuses).toEqual(new Set([200]));
    expect(peak).toBeLessThan(MAX_RESIDENT_MIB);
  });

  test('bombs from 2000 connections at once', { timeout: 180_000 }, async () => {
    const collector = await start(join(testHome().folder, 'collector.db'));
    const bomb = gzipSync(Buffer.alloc(MAX_BODY_BYTES, 0x20));
    const head = `POST /batch/ HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`;
    flood(collector.url, 2_000, (socket) => socket.write(Buffer.concat([Buffer.from(head), bomb])));
    const { statuses, peak } = await honestSenders(expect.getState().currentTestName ?? '', collector, 40);
    expect(statuses).toEqual(new Set([200]));
    expect(peak).toBeLessThan(MAX_RESIDENT_MIB);
  });

  test('connections that say nothing, half a header, or half a body are ended', { timeout: 60_000 }, async () => {
    const collector = await start(join(testHome().folder, 'collector.db'));
    const beginnings = ['', 'GET / HT', 'POST /batch/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{'];
    for (const beginning of beginnings) {
      const { ended } = flood(collector.url, 5, (socket) => {
        socket.resume();
        if (beginning !== '') socket.write(beginning);
        const drip = setInterval(() => socket.write(beginning === '' ? '' : ' '), 500);
        socket.on('close', () => clearInterval(drip));
      });
      const deadline = performance.now() + 20_000;
      while (ended() < 5 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(ended(), beginning).toBe(5);
    }
  });
});
