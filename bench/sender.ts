import { Agent, request } from 'node:http';
import { createInstall } from '../src/simulation/installs.js';
import { randomFrom } from '../src/simulation/random.js';
import { bodyOf, createMemory, totalsOf } from '../src/simulation/reports.js';

/** About ten on the average. */
const MAX_ROWS = 15;

const CONNECTIONS = 64;

/** The day that the reports are about: yesterday. */
export const DAY = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** Reports of invented installs. Each gets ids of its own when it is sent, so that none is a repetition. */
export async function templates(): Promise<readonly string[]> {
  const random = randomFrom(1);
  const bodies: string[] = [];
  while (bodies.length < 200) {
    const simulated = createInstall(DAY, random).on(DAY);
    if (!simulated) continue;
    const body = await bodyOf(DAY, totalsOf(DAY, simulated), createMemory(), 'phc_load');
    if (rowsIn(body) <= MAX_ROWS) bodies.push(body);
  }
  return bodies;
}

export function rowsIn(body: string): number {
  return JSON.parse(body).batch.length;
}

interface Answer {
  /** 0 where there was none. */
  readonly status: number;
  readonly ms: number;
}

function post(url: string, agent: Agent, body: string): Promise<Answer> {
  return new Promise((resolve) => {
    const from = performance.now();
    const answer = (status = 0) => resolve({ status, ms: performance.now() - from });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(`${url}batch/`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => answer(response.statusCode));
    });
    outgoing.on('error', () => answer());
    outgoing.end(body);
  });
}

/** Posts one report, the `at`th. */
export type Send = (url: string, agent: Agent, at: number) => Promise<Answer>;

/** Posts reports that never repeat: the first digits of each id are a number that goes up. */
export function createSender(bodies: readonly string[]): Send {
  let sent = 0;
  return (url, agent, at) => {
    sent += 1;
    const digits = sent.toString(16).padStart(8, '0');
    const template = bodies[at % bodies.length] ?? '';
    const body = template.replace(/"([0-9a-f]{8})(-[0-9a-f]{4}-4)/g, (_, _first, rest) => `"${digits}${rest}`);
    return post(url, agent, body);
  };
}

export interface Sent {
  /** By 200. */
  readonly acknowledged: number;
  /** Answered in any other way. */
  readonly refused: number;
  readonly unanswered: number;
  /** ms of each that was acknowledged, the shortest first. */
  readonly times: readonly number[];
}

/** Posts as many reports as the server takes. A connection that gets no answer sends no more. */
export async function sendFor(seconds: number, url: string, send: Send): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  let refused = 0;
  let unanswered = 0;
  const connection = async (number: number) => {
    for (let at = number; performance.now() < until; at += CONNECTIONS) {
      const { status, ms } = await send(url, agent, at);
      if (status === 200) times.push(ms);
      else if (status !== 0) refused += 1;
      else {
        unanswered += 1;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, number) => connection(number)));
  agent.destroy();
  times.sort((a, b) => a - b);
  return { acknowledged: times.length, refused, unanswered, times };
}
