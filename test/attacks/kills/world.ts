import { mkdirSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import {
  type MemoryDestination,
  memoryDestination,
  type TemporaryHome,
  temporaryHome,
} from '../../../src/testing/index.js';

/** Ways in which the destination answers, and misbehaves. */
const ANSWERS = {
  up: (response: ServerResponse) => response.writeHead(200).end('{"status":1}'),
  slow: (response: ServerResponse) => setTimeout(() => response.writeHead(200).end('{"status":1}'), 200),
  down: (response: ServerResponse) => response.destroy(),
  error: (response: ServerResponse) => response.writeHead(500).end(),
  busy: (response: ServerResponse) => response.writeHead(429, { 'retry-after': '1' }).end(),
  moved: (response: ServerResponse) => response.writeHead(301, { location: '/' }).end(),
  portal: (response: ServerResponse) => response.writeHead(200).end('<html>'),
  half: (response: ServerResponse) => {
    response.writeHead(200, { 'content-length': '12' }).write('{"st');
    setTimeout(() => response.destroy(), 10);
  },
};
export type Mode = keyof typeof ANSWERS;
export const MODES = Object.keys(ANSWERS) as Mode[];

/** The parts that all servers share: one home, one clock in a file, one destination. */
export interface World {
  readonly home: TemporaryHome;
  /** `.dot-ai`, and in it the folder of the data. */
  readonly folder: string;
  readonly data: string;
  readonly destination: MemoryDestination;
  /** The environment of a server. */
  readonly env: NodeJS.ProcessEnv;
  now(): number;
  setClock(instant: number): void;
  answerAs(mode: Mode): void;
}

export async function createWorld(start: number): Promise<World> {
  const home = temporaryHome();
  const folder = join(home.folder, '.dot-ai');
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), '{"analytics": true}');
  const destination = await memoryDestination('phc_campaign');
  const clock = join(home.folder, 'clock');
  const { host, key } = destination.posthog;
  let now = start;
  const setClock = (instant: number) => {
    now = instant;
    writeFileSync(`${clock}.new`, String(now));
    renameSync(`${clock}.new`, clock);
  };
  setClock(start);
  return {
    home,
    folder,
    data: join(folder, 'analytics'),
    destination,
    env: { ...home.env, CLOCK_FILE: clock, POSTHOG_HOST: host, POSTHOG_KEY: key },
    now: () => now,
    setClock,
    answerAs: (mode) => destination.respondWith((_request, response) => void ANSWERS[mode](response)),
  };
}

/** Reports, and files that become one, which have not left yet. */
export function waitingIn({ data }: World): readonly string[] {
  const names = ['spool', 'outbox', 'sending'].flatMap((name) => filesIn(join(data, name)));
  return names.filter((name) => !/\.closed\.json$|^next\.json$/.test(name));
}

export function locksIn({ folder, data }: World): readonly string[] {
  return [folder, data, join(data, 'sent')].flatMap(filesIn).filter((name) => /lock/.test(name));
}

/**
 * Time passes for the file system too: the age of a claimed report is read from its file's time, which no injected
 * clock moves.
 */
export function ageClaims({ data }: World): void {
  const sending = join(data, 'sending');
  for (const name of filesIn(sending)) {
    try {
      utimesSync(join(sending, name), 0, 0);
    } catch {
      // it has moved on meanwhile
    }
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not made yet
  }
}
