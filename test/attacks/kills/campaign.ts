// P7 by attack: real MCP servers on one home, driven by real clients, killed at random moments, while days pass and the
// destination misbehaves in every way it can. At the end every answered call has arrived exactly once.
import { mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { dotAiVocabulary } from 'dot-ai-analytics';
import { memoryDestination, temporaryHome } from 'dot-ai-analytics/testing';

const SERVER = fileURLToPath(new URL('server.mjs', import.meta.url));
const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Counts are exact below 100; with fewer calls per tool and day the sums can be compared to the call. */
const MOST_CALLS = 95;

const answers = {
  up: (response) => response.writeHead(200).end('{"status":1}'),
  slow: (response) => setTimeout(() => response.writeHead(200).end('{"status":1}'), 200),
  down: (response) => response.destroy(),
  error: (response) => response.writeHead(500).end(),
  busy: (response) => response.writeHead(429, { 'retry-after': '1' }).end(),
  moved: (response) => response.writeHead(301, { location: '/' }).end(),
  portal: (response) => response.writeHead(200).end('<html>'),
  half: (response) => {
    response.writeHead(200, { 'content-length': '12' }).write('{"st');
    setTimeout(() => response.destroy(), 10);
  },
};

/** Linear congruential (Numerical Recipes): not good, but the same everywhere for the same seed. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const dayOf = (now) => new Date(now).toISOString().slice(0, 10);

/**
 * @param {{ kills: number, seed: number, servers?: number }} options
 * @returns sums, and `problems`: empty where every promise held
 */
export async function campaign({ kills, seed, servers = 8 }) {
  const random = generator(seed);
  const pick = (items) => items[Math.floor(random() * items.length)];
  const home = temporaryHome();
  const folder = join(home.folder, '.dot-ai');
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), '{"analytics": true}');
  const destination = await memoryDestination('phc_campaign');
  let mode = 'up';
  destination.respondWith((_request, response) => answers[mode](response));

  const clockFile = join(home.folder, 'clock');
  let now = Date.parse('2026-01-05T10:00:00Z');
  const setClock = (instant) => {
    now = instant;
    writeFileSync(`${clockFile}.new`, String(now));
    renameSync(`${clockFile}.new`, clockFile);
  };
  setClock(now);

  const called = new Map();
  const answered = new Map();
  const unanswered = new Map();
  const count = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
  const running = new Set();
  const pending = new Set();
  const problems = [];

  async function start() {
    const env = {
      ...home.env,
      CLOCK_FILE: clockFile,
      POSTHOG_HOST: destination.posthog.host,
      POSTHOG_KEY: destination.posthog.key,
    };
    const transport = new StdioClientTransport({ command: process.execPath, args: [SERVER], env, stderr: 'pipe' });
    transport.stderr.on('data', (text) => problems.push(`a server wrote: ${text}`));
    const client = new Client({ name: 'campaign', version: '1' });
    const server = { client, pid: undefined };
    client.onclose = () => running.delete(server);
    try {
      await client.connect(transport);
      server.pid = transport.pid;
      running.add(server);
    } catch {
      // killed while it started
    }
  }

  function call({ client }) {
    const tool = pick(dotAiVocabulary.tools);
    const key = `${dayOf(now)} ${tool}`;
    if ((called.get(key) ?? 0) >= MOST_CALLS) return;
    count(called, key);
    const answer = client.callTool({ name: tool }).then(
      () => count(answered, key),
      () => count(unanswered, key),
    );
    pending.add(answer);
    answer.finally(() => pending.delete(answer));
  }

  function kill(server) {
    running.delete(server);
    process.kill(server.pid, 'SIGKILL');
  }

  /** The day ends. Nothing is called between midnight and the closing hour, so that each call's day is known. */
  async function nextDay() {
    await Promise.all(pending);
    const midnight = Date.parse(dayOf(now)) + DAY;
    setClock(midnight + HOUR / 2);
    await sleep(30);
    setClock(midnight + HOUR + 1);
    await sleep(random() * 150); // while it is being closed, the killing goes on
    if (running.size > 0) kill(pick([...running]));
    setClock(midnight + 10 * HOUR);
    ageClaims(join(folder, 'analytics', 'sending'));
  }

  const startedAt = Date.now();
  let killed = 0;
  let days = 0;
  while (killed < kills) {
    const wanted = 1 + Math.floor(random() * servers);
    await Promise.all(Array.from({ length: Math.max(0, wanted - running.size) }, start));
    for (let calls = 0; calls < 12 && running.size > 0; calls += 1) call(pick([...running]));
    await sleep(random() * 60);
    if (running.size > 0) {
      kill(pick([...running]));
      killed += 1;
    }
    if (random() < 0.25) mode = pick(Object.keys(answers));
    if (random() < 0.15) {
      await nextDay();
      days += 1;
    }
  }

  // The destination comes back; within the 21 days everything has to arrive.
  await Promise.all(pending);
  mode = 'up';
  await nextDay();
  const data = join(folder, 'analytics');
  const waiting = () =>
    ['spool', 'outbox', 'sending'].flatMap((name) =>
      files(join(data, name)).filter((file) => !/\.closed\.json$|^pause\.json$/.test(file)),
    );
  for (let tries = 0; tries < 400 && waiting().length > 0; tries += 1) {
    if (running.size === 0) await start();
    setClock(now + HOUR / 2);
    ageClaims(join(data, 'sending'));
    await sleep(100);
    if (tries % 30 === 29) for (const server of running) kill(server);
  }
  const left = waiting();
  await Promise.all([...running].map(({ client }) => client.close()));

  const { reported, repeatedEvents } = readReports(destination.requests, problems);
  compare({ answered, unanswered, reported }, problems);
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`);
  const litter = [...files(folder), ...files(data), ...files(join(data, 'sent'))].filter((name) => /lock/.test(name));
  if (litter.length > 0) problems.push(`litter: ${litter.join(', ')}`);

  await destination.close();
  home.remove();
  const sum = (map) => [...map.values()].reduce((total, one) => total + one, 0);
  return {
    seed,
    kills: killed,
    days,
    answered: sum(answered),
    unanswered: sum(unanswered),
    reported: sum(reported),
    requests: destination.requests.length,
    repeatedEvents,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    problems,
  };
}

/** What arrived, each event once: a destination recognises a repeated one by its id. */
function readReports(requests, problems) {
  const events = new Map();
  let repeatedEvents = 0;
  for (const event of requests.flatMap(({ body }) => JSON.parse(body.toString()).batch)) {
    const known = events.get(event.uuid);
    if (known !== undefined) repeatedEvents += 1;
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(event)) problems.push('one id, two contents');
    events.set(event.uuid, event);
  }
  const reported = new Map();
  for (const { event, timestamp, properties } of events.values()) {
    if (event !== 'tool_usage') continue;
    const key = `${timestamp.slice(0, 10)} ${properties.tool}`;
    if (reported.has(key)) problems.push(`two reports of ${key}`);
    reported.set(key, properties.invocations);
  }
  return { reported, repeatedEvents };
}

/** What was answered has to be there; what was made and not answered may be. */
function compare({ answered, unanswered, reported }, problems) {
  for (const key of new Set([...answered.keys(), ...reported.keys()])) {
    const least = answered.get(key) ?? 0;
    const most = least + (unanswered.get(key) ?? 0);
    const arrived = reported.get(key) ?? 0;
    if (arrived < least) problems.push(`lost: ${key}, ${least} answered, ${arrived} arrived`);
    if (arrived > most) problems.push(`counted twice: ${key}, at most ${most} made, ${arrived} arrived`);
  }
}

/**
 * Time passes for the file system too: how long a report has been claimed is seen from its file's time, which no
 * injected clock moves.
 */
function ageClaims(folder) {
  for (const name of files(folder)) {
    try {
      utimesSync(join(folder, name), 0, 0);
    } catch {
      // moved on meanwhile
    }
  }
}

function files(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
