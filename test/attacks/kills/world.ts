import { chmodSync, chownSync, mkdirSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import {
  type MemoryDestination,
  memoryDestination,
  type TemporaryHome,
  temporaryHome,
} from '../../../src/testing/index.js';
import { run } from '../../support/processes.js';
import { createRelay, type Relay } from './relay.js';

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
  // These lie: they have the report, and say otherwise, or that another attempt is for later.
  quota: (response: ServerResponse) => response.writeHead(200).end('{"status":1,"quota_limited":["events"]}'),
  proxy: (response: ServerResponse) => response.writeHead(413, { 'content-type': 'text/html' }).end('<html>'),
  never: (response: ServerResponse) => response.writeHead(503, { 'retry-after': '999999999' }).end(),
  mute: () => {},
  unread: (response: ServerResponse) => response.writeHead(200).end('{"status":1}'),
};
/** In the mode `unread`, ms until a connection is read: longer than a sender waits. */
const UNREAD_MS = 4000;
export type Mode = keyof typeof ANSWERS;
export const MODES = Object.keys(ANSWERS) as Mode[];

/** The parts that all servers share: one home that another user shares too, one clock in a file, one destination. */
export interface World {
  readonly home: TemporaryHome;
  /** `.dot-ai`, and in it the folder of the data. */
  readonly folder: string;
  readonly data: string;
  readonly destination: MemoryDestination;
  /** Stands in front of the destination. */
  readonly relay: Relay;
  /** The environment of a server. */
  readonly env: NodeJS.ProcessEnv;
  /** What the owner's programs run under, and another user's in the same home; the latter undefined without root. */
  readonly asOwner: readonly string[];
  readonly asGuest: readonly string[] | undefined;
  readonly hasStrace: boolean;
  now(): number;
  setClock(instant: number): void;
  answerAs(mode: Mode): void;
}

export async function createWorld(start: number): Promise<World> {
  const home = temporaryHome();
  const folder = join(home.folder, '.dot-ai');
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), '{"analytics": true}');
  const isShared = process.getuid?.() === 0 && (await works([...as(GUEST), process.execPath, '-e', '0']));
  if (isShared) shareHome(home.folder, folder);
  const destination = await memoryDestination('phc_campaign');
  const relay = await createRelay(destination.posthog.host);
  const clock = join(home.folder, 'clock');
  let now = start;
  const setClock = (instant: number) => {
    now = instant;
    writeFileSync(`${clock}.new`, String(now));
    renameSync(`${clock}.new`, clock);
  };
  setClock(start);
  const env = { ...home.env, CLOCK_FILE: clock, POSTHOG_HOST: relay.host, POSTHOG_KEY: destination.posthog.key };
  return {
    home,
    folder,
    data: join(folder, 'analytics'),
    destination,
    relay,
    env,
    asOwner: isShared ? as(OWNER) : [],
    asGuest: isShared ? as(GUEST) : undefined,
    hasStrace: await works(['strace', '-V']),
    now: () => now,
    setClock,
    answerAs(mode) {
      relay.readAfter(mode === 'unread' ? UNREAD_MS : 0);
      destination.respondWith((_request, response) => void ANSWERS[mode](response));
    },
  };
}

const OWNER = 65_533;
const GUEST = 65_534;

/** Root's settings would be everybody's, so the owner is not root. */
function shareHome(home: string, folder: string): void {
  chmodSync(home, 0o1777);
  for (const path of [folder, join(folder, 'config.json')]) chownSync(path, OWNER, OWNER);
}

function as(uid: number): readonly string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
}

async function works([program, ...args]: readonly string[]): Promise<boolean> {
  return run(program as string, args).then(
    ({ code }) => code === 0,
    () => false,
  );
}

/** Reports, and files that become one, which have not left yet. */
export function waitingIn({ data }: World): readonly string[] {
  const names = ['spool', 'outbox', 'sending'].flatMap((name) => filesIn(join(data, name)));
  return names.filter((name) => !/\.closed\.json$|^next\.json$/.test(name));
}

/** Files with counts of days that are not closed. */
export function countsIn({ data }: World): readonly string[] {
  const spool = join(data, 'spool');
  return filesIn(spool).filter((name) => name.endsWith('.txt') && sizeOf(join(spool, name)) > 0);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
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
